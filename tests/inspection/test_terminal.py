import numpy as np

from axml_tf.inspection.explanation import Explanation, LabelView
from axml_tf.inspection.terminal import show

SHOWN = Explanation(
    b"the fish,\n \x1b[2Jquota rest",
    np.array([0, 4, 15]),
    np.array([3, 8, 20]),
    (
        LabelView("fishing", 0.75, np.array([0.04, 0.5, 0.46]), True),
        LabelView("tr\x1bade", 0.5, np.array([1.0, 0.0, 0.0])),
    ),
)


def test_words_that_matter_have_their_share_behind_them():
    first, second = show(SHOWN, color=False).split("\n\n")
    assert first.splitlines() == [
        "0.750  fishing  (true)",
        "  the fish [0.50], �[2Jquota [0.46]",
        "  most: fish 0.50, quota 0.46, the 0.04",
    ]
    assert second.splitlines()[0] == "0.500  tr�ade"


def test_words_are_shaded_by_their_share():
    text = show(SHOWN, color=True).splitlines()[1]
    assert "\033[30;48;5;214mfish\033[0m" in text
    assert "\033[30;48;5;172mquota\033[0m" in text
    assert text.strip().startswith("the ")
    assert "\x1b[2J" not in text


def test_a_text_without_words():
    label = LabelView("x", 0.1, np.array([]))
    empty = Explanation(b"", np.array([], int), np.array([], int), (label,))
    assert show(empty, color=True).splitlines()[0] == "0.100  x"
