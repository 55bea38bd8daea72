import numpy as np
import pytest

from axml_tf.inspection.explanation import Explanation, LabelView
from axml_tf.inspection.terminal import show
from axml_tf.library.explained import Explained

TEXT = "a <b>fish</b> été".encode()
EXPLANATION = Explanation(
    TEXT,
    # a, b, fish, b, été
    np.array([0, 3, 5, 11, 14]),
    np.array([1, 4, 9, 12, 19]),
    (
        LabelView("<i>", 0.9, np.array([0.0, 0.1, 0.5, 0.1, 0.3])),
        LabelView("other", 0.25, np.array([1.0, 0.0, 0.0, 0.0, 0.0])),
    ),
)


def test_words_have_places_and_attention():
    reasons, other = Explained(EXPLANATION).labels
    assert (reasons.label, reasons.score) == ("<i>", 0.9)
    for word in reasons.words:
        assert TEXT[word.start : word.end].decode() == word.word
    assert [w.attention for w in reasons.words] == pytest.approx(
        [0.0, 0.1, 0.5, 0.1, 0.3]
    )
    assert [w.word for w in reasons.top(2)] == ["fish", "été"]
    assert [w.word for w in other.top(1)] == ["a"]


def test_it_prints_as_the_command_does():
    assert str(Explained(EXPLANATION)) == show(EXPLANATION, color=False)
    assert repr(Explained(EXPLANATION)) == (
        "<Explained: <i> 0.900, other 0.250>"
    )


def test_page_of_a_notebook_holds_the_text_and_runs_nothing():
    page = Explained(EXPLANATION)._repr_html_()
    assert "<script" not in page and "<b>fish" not in page
    assert "<b>&lt;i&gt;</b> 0.900" in page
    # Nothing of the text is lost.
    assert "&lt;" in page and "&gt;" in page and "été" in page


def test_shade_is_the_share_of_the_highest_attention():
    page = Explained(EXPLANATION)._repr_html_()
    assert 'title="0.500" style="background:rgba(255,176,0,1.00)">fish' in page
    assert 'title="0.300" style="background:rgba(255,176,0,0.60)">été' in page
    # "a" has no attention of the first label, all of the second.
    assert page.count(">a</span>") == 1


def test_text_without_words_is_shown():
    empty = Explanation(
        b"?!",
        np.array([], int),
        np.array([], int),
        (LabelView("x", 0.5, np.array([])),),
    )
    explained = Explained(empty)
    assert explained.labels[0].words == [] and explained.text == "?!"
    assert "?!" in explained._repr_html_()
