"""Whether the words that a label attends to are those that count for it.

Attention shows where a model looks. Whether it needs what it sees there is
another question, which hiding words answers: those attended to most, as many
at random, those attended to least. A hidden word stands in the text as one
that no model knows; all others keep their places.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from axml_tf.inspection.explanation import Explanation
from axml_tf.inspection.source import Source

# Letters and underscores, so one word, and in no vocabulary.
_HIDDEN = b"_hidden_word_"


class Drops(NamedTuple):
    """How far a label's probability falls when words are hidden.

    Attributes:
        most: those attended to most.
        random: as many at random; the mean over several draws.
        least: those attended to least.
    """

    most: float
    random: float
    least: float


def occlude(
    source: Source,
    explanation: Explanation,
    *,
    num_words: int,
    num_draws: int,
    rng: np.random.Generator,
) -> list[Drops]:
    """Hides words of a text, for each of its labels.

    Args:
        source: gave the explanation.
        explanation: of a text of at least one word.
        num_words: words to hide; all, where there are fewer.
        num_draws: of random words.
        rng: draws them.

    Returns:
        A `Drops` for each label; a rise is a negative drop.
    """
    count = len(explanation.starts)
    num_words = min(num_words, count)
    results = []
    for label in explanation.labels:
        order = np.argsort(-label.attention, kind="stable")
        hidden = [
            order[:num_words],
            order[count - num_words :],
            *(
                rng.choice(count, num_words, replace=False)
                for _ in range(num_draws)
            ),
        ]
        texts = [_without(explanation, words) for words in hidden]
        left = source.probabilities(texts, [label.name] * len(texts))
        most, least, *random = label.probability - left
        results.append(Drops(float(most), float(np.mean(random)), float(least)))
    return results


class Estimate(NamedTuple):
    """A mean and the half-width of its 95 % confidence interval."""

    mean: float
    half_width: float


def summarize(drops: Sequence[Drops]) -> dict[str, Estimate]:
    """Means over documents, and of the difference that matters.

    Args:
        drops: of a label of each document, at least one.

    Returns:
        `most`, `random`, `least`, and `most - random`, taken within each
        document. Intervals by the normal approximation; not a number for a
        single document.
    """
    columns = dict(zip(Drops._fields, np.array(drops).T, strict=True))
    columns["most - random"] = columns["most"] - columns["random"]
    count = len(drops)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            name: Estimate(
                float(values.mean()),
                float(
                    1.96
                    * np.sqrt(
                        np.square(values - values.mean()).sum()
                        / np.float64(count - 1)
                        / count
                    )
                ),
            )
            for name, values in columns.items()
        }


def _without(explanation: Explanation, words: np.ndarray) -> bytes:
    """The text with some of its words hidden."""
    pieces, end = [], 0
    for word in sorted(words):
        pieces += [explanation.text[end : explanation.starts[word]], _HIDDEN]
        end = explanation.ends[word]
    return b"".join([*pieces, explanation.text[end:]])
