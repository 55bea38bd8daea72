import json

import numpy as np

from axml_tf.inspection.explanation import Explanation, LabelView


def explanation(text=b"the fish, quota...", spans=((0, 3), (4, 8), (10, 15))):
    attention = np.array([0.125, 0.625, 0.25])[: len(spans)]
    return Explanation(
        text,
        np.array([start for start, _ in spans], np.int64),
        np.array([end for _, end in spans], np.int64),
        (
            LabelView("fishing", 0.75, attention),
            LabelView("trade", 0.5, attention[::-1]),
        ),
    )


def test_words_and_gaps_are_the_text():
    shown = explanation()
    assert shown.words() == ["the", "fish", "quota"]
    assert shown.gaps() == ["", " ", ", ", "..."]
    assert explanation(b"", ()).gaps() == [""]


def test_bytes_that_are_no_utf_8_have_a_sign_in_their_place():
    shown = explanation(b"\xff fi\xfesh", ((2, 7),))
    assert shown.gaps() == ["� ", ""]
    assert shown.words() == ["fi�sh"]
    assert "\\ud" not in json.dumps(shown.to_view())


def test_true_labels_are_marked_where_they_are_known():
    shown = explanation().of_document("d1", ["trade", "law"])
    assert [label.is_true for label in shown.labels] == [False, True]
    unknown = explanation().of_document("", [])
    assert [label.is_true for label in unknown.labels] == [None, None]


def test_json_has_offsets_and_a_share_for_each_word():
    written = explanation().of_document("d1", ["trade"]).to_json()
    assert written["title"] == "d1"
    assert written["text"] == "the fish, quota..."
    assert written["words"][2] == {"word": "quota", "start": 10, "end": 15}
    assert written["labels"][0] == {
        "name": "fishing",
        "probability": 0.75,
        "true": False,
        "attention": [0.125, 0.625, 0.25],
    }
