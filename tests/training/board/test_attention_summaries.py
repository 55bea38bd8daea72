import json

import numpy as np
import pytest
import tensorflow as tf
from summary_files import scalars, summaries

from axml_tf.inspection.explanation import Explanation, LabelView
from axml_tf.inspection.source import Source
from axml_tf.inspection.split_documents import Document
from axml_tf.training.board.attention_summaries import (
    AttentionSummaries,
    entropy_share,
)
from axml_tf.training.board.summaries import Summaries

TEXT = b"The fish,\n <script> the quota! And more, never read"


ATTENTION = {
    "fishing": [0.25, 0.5, 0.25, 0.0],
    "trade": [0.25, 0.25, 0.25, 0.25],
    "law": [1.0, 0.0, 0.0, 0.0],
}


class Fixed(Source):
    """Reads four words; each label attends in its own way."""

    def best_labels(self, text, top_k):
        return ["law", "trade", "fishing"][:top_k]

    def explain(self, text, names):
        return Explanation(
            text,
            np.array([0, 4, 12, 20]),
            np.array([3, 8, 18, 23]),
            tuple(
                LabelView(name, 0.5, np.array(ATTENTION[name]))
                for name in names
            ),
        )

    def probabilities(self, texts, names):
        raise AssertionError


def write(folder, documents, steps=(7,)):
    writer = Summaries(folder)
    attention = AttentionSummaries(Fixed(), documents, top_k=2)
    for step in steps:
        with writer.at(step):
            attention.write(step)
    writer.finish(0)
    return {value.tag: value for value in summaries(folder)}


DOCUMENT = Document("doc/1 <b>", TEXT, ("fishing", "trade"))


def test_true_and_best_labels_are_written_with_what_was_read(tmp_path):
    found = write(tmp_path, [DOCUMENT])["attention/doc/1 <b>/7"]
    assert found.metadata.plugin_data.plugin_name == "axml_attention"
    view = json.loads(tf.make_ndarray(found.tensor).item())
    assert view["title"] == "doc/1 <b>"
    words = [*view["words"], ""]
    pairs = zip(view["gaps"], words, strict=True)
    assert "".join(gap + word for gap, word in pairs) == TEXT[:23].decode()
    assert [
        (label["name"], label["true"], label["attention"])
        for label in view["labels"]
    ] == [
        ("fishing", True, ATTENTION["fishing"]),
        ("trade", True, ATTENTION["trade"]),
        ("law", False, ATTENTION["law"]),
    ]


def test_a_picture_is_written_beside_it(tmp_path):
    value = write(tmp_path, [DOCUMENT])["attention/doc/1 <b>"]
    assert value.metadata.plugin_data.plugin_name == "images"
    width, height, png = tf.make_ndarray(value.tensor)[:3]
    image = tf.io.decode_png(png).numpy()
    assert image.shape == (int(height), int(width), 3)


def test_entropy_is_that_of_the_true_labels(tmp_path):
    write(tmp_path, [DOCUMENT], steps=(3, 9))
    # -(2/4 log 1/4 + 1/2 log 1/2) / log 4 = 3/4, and 1 for equal shares.
    assert scalars(tmp_path)["dev/attention_entropy"] == pytest.approx(
        {3: 0.875, 9: 0.875}
    )


def test_documents_without_true_labels_or_words_have_no_entropy(tmp_path):
    class Empty(Fixed):
        def explain(self, text, names):
            nothing = np.array([], int)
            label = LabelView("law", 0.5, np.array([]))
            return Explanation(text, nothing, nothing, (label,))

    writer = Summaries(tmp_path)
    document = Document("d", b"", ("law",))
    with writer.at(1):
        AttentionSummaries(Empty(), [document], top_k=1).write(1)
        AttentionSummaries(Fixed(), [Document("e", TEXT, ())], 1).write(1)
    writer.finish(1)
    tags = {value.tag for value in summaries(tmp_path)}
    assert {"attention/d/1", "attention/e/1"} < tags
    assert "dev/attention_entropy" not in tags


def test_entropy_of_one_word_and_of_all():
    assert entropy_share(np.array([0.0, 1.0, 0.0])) == 0.0
    assert entropy_share(np.full(9, 1 / 9)) == pytest.approx(1.0)
