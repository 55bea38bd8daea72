import numpy as np
import pytest

from axml_tf.inspection.explanation import Explanation, LabelView
from axml_tf.inspection.occlusion import Drops, occlude, summarize
from axml_tf.inspection.source import Source

WORTH = {"fish": 0.5, "quota": 0.25, "sea": 0.125}
TEXT = b"the fish, the quota: sea!"
WORDS = [(0, 3), (4, 8), (10, 13), (14, 19), (21, 24)]


class Counting(Source):
    """A label whose probability is what the words in a text are worth."""

    def __init__(self):
        self.asked = []

    def best_labels(self, text, top_k):
        raise AssertionError

    explain = best_labels

    def probabilities(self, texts, names):
        self.asked += texts
        assert set(names) == {"fishing"}
        return np.array(
            [
                sum(worth for word, worth in WORTH.items() if word in text)
                for text in (x.decode() for x in texts)
            ]
        )


def explanation(attention):
    starts, ends = np.array(WORDS).T
    label = LabelView("fishing", 0.875, np.array(attention))
    return Explanation(TEXT, starts, ends, (label,))


def occluded(attention, num_words, num_draws=200):
    source = Counting()
    rng = np.random.default_rng(0)
    (drops,) = occlude(
        source,
        explanation(attention),
        num_words=num_words,
        num_draws=num_draws,
        rng=rng,
    )
    return drops, source.asked


def test_drops_are_what_the_hidden_words_are_worth():
    drops, asked = occluded([0.1, 0.4, 0.05, 0.3, 0.15], 2)
    assert drops.most == 0.75
    assert drops.least == 0.0
    # Each of the five words is hidden in two draws of five.
    assert drops.random == pytest.approx(0.875 * 2 / 5, abs=0.05)
    # Every other byte stands where it stood.
    assert asked[0] == b"the _hidden_word_, the _hidden_word_: sea!"
    assert asked[1] == b"_hidden_word_ fish, _hidden_word_ quota: sea!"


def test_attention_to_words_without_worth_is_found_out():
    drops, _ = occluded([0.5, 0.0, 0.3, 0.1, 0.1], 1)
    assert drops.most == 0.0
    assert drops.least == 0.5


def test_short_texts_have_all_their_words_hidden():
    drops, _ = occluded([0.2] * 5, 9)
    assert drops == Drops(0.875, 0.875, 0.875)


def test_summary_is_that_of_a_paired_sample():
    rng = np.random.default_rng(1)
    values = rng.normal(0.2, 0.1, (50, 3))
    summary = summarize([Drops(*row) for row in values])
    for name, column in (
        ("most", values[:, 0]),
        ("least", values[:, 2]),
        ("most - random", values[:, 0] - values[:, 1]),
    ):
        expected = 1.96 * np.std(column, ddof=1) / np.sqrt(50)
        assert summary[name].mean == pytest.approx(np.mean(column))
        assert summary[name].half_width == pytest.approx(expected)
    assert np.isnan(summarize([Drops(1, 1, 1)])["most"].half_width)
