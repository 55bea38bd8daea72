import numpy as np

from axml_tf.inspection.explanation import Explanation, LabelView
from axml_tf.inspection.picture import draw

PAPER = [255, 255, 255]
SHADE = [255, 176, 0]


def explanation(text, *attentions):
    words = text.split()
    starts = np.cumsum([0, *(len(word) + 1 for word in words[:-1])])
    ends = starts + [len(word) for word in words]
    labels = (LabelView("x", 0.5, np.array(a)) for a in attentions)
    return Explanation(text.encode(), starts, ends, tuple(labels))


def columns_of(picture, colour):
    return np.flatnonzero((picture == colour).all(axis=2).any(axis=0))


def test_the_word_looked_at_most_has_the_full_colour():
    first = draw(explanation("aaaa bbbb cccc", [1.0, 0.0, 0.0]), 1)
    last = draw(explanation("aaaa bbbb cccc", [0.1, 0.0, 0.9]), 1)
    assert columns_of(first, SHADE).max() < columns_of(last, SHADE).min()
    nowhere = draw(explanation("aaaa bbbb cccc", [0.0, 0.0, 0.0]), 1)
    assert not columns_of(nowhere, SHADE).size
    assert (nowhere[0, 0] == PAPER).all()


def test_each_label_has_its_own_text_as_far_as_asked():
    shown = explanation("aaaa bbbb", [1.0, 0.0], [0.0, 1.0], [0.5, 0.5])
    one, two = draw(shown, 1), draw(shown, 2)
    assert two.shape[0] - 24 == 2 * (one.shape[0] - 24)
    rows = np.flatnonzero((two == SHADE).all(axis=2).any(axis=1))
    assert len(set(np.diff(rows))) == 2, "two lines are shaded"


def test_long_texts_are_cut_and_empty_ones_are_drawn():
    long = explanation(" ".join(["word"] * 5000), [1 / 5000] * 5000)
    assert draw(long, 1).shape[0] < 24 + 22 * 30
    empty = Explanation(
        b"",
        np.array([], int),
        np.array([], int),
        (LabelView("x", 0.5, np.array([])),),
    )
    assert draw(empty, 1).shape[2] == 3
