"""Systems compared document by document, on one data set."""

import dataclasses
from typing import NamedTuple

import numpy as np

from axml_tf.evaluation import bootstrap, comparison, ranking


@dataclasses.dataclass(frozen=True)
class Interval:
    """A figure with the ends of its 95% confidence interval."""

    value: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True)
class DocumentComparison:
    """One measure of two systems, compared document by document.

    Attributes:
        difference: the system's figure less that of the other, in percent
            points.
        p_value: of the two-sided signed-rank test over documents; None for
            a measure that is no mean over documents (PSP@k, PSnDCG@k).
        num_better: documents for which the system is better.
        num_worse: documents for which the other is better.
    """

    difference: Interval
    p_value: float | None
    num_better: int
    num_worse: int


class ComparedSystem(NamedTuple):
    """One system's figures.

    Attributes:
        measures: in percent, by name.
        comparisons: with the reference, by name; empty for the reference.
    """

    measures: dict[str, Interval]
    comparisons: dict[str, DocumentComparison]


def compare_documents(
    systems: list[dict[str, ranking.DocumentValues]],
    reference: int,
    num_samples: int,
    seed: int,
) -> list[ComparedSystem]:
    """Every system's measures, and their differences from one system's.

    Args:
        systems: measures of every document, by name, of each system; the
            same measures and documents for all.
        reference: index of the system the others are compared with.
        num_samples: resamples of the documents.
        seed: of the resamples.

    Returns:
        One for each system, in the same order.
    """
    names = list(systems[0])
    pairs = [values[name] for values in systems for name in names]
    value = np.stack([pair.value for pair in pairs], axis=1)
    best = np.stack([pair.best for pair in pairs], axis=1)
    shape = (-1, len(systems), len(names))
    samples = bootstrap.resampled_measures(
        value, best, num_samples, seed
    ).reshape(shape)
    totals = np.array(
        [ranking.corpus_value(p.value.sum(), p.best.sum()) for p in pairs]
    ).reshape(shape)[0]
    differences = samples - samples[:, reference : reference + 1]
    value = value.reshape(shape)
    # Ranks know nothing of the weights in a ratio of sums.
    is_mean = (best == 1).all(axis=0).reshape(shape)[0, reference]
    results = []
    for system in range(len(systems)):
        measures = _intervals(names, totals[system], samples[:, system])
        comparisons = {}
        if system != reference:
            changes = _intervals(
                names,
                totals[system] - totals[reference],
                differences[:, system],
            )
            by_document = value[:, system] - value[:, reference]
            comparisons = {
                name: DocumentComparison(
                    changes[name],
                    comparison.signed_rank_p_value(column) if mean else None,
                    int(np.sum(column > 0)),
                    int(np.sum(column < 0)),
                )
                for name, column, mean in zip(
                    names, by_document.T, is_mean, strict=True
                )
            }
        results.append(ComparedSystem(measures, comparisons))
    return results


def _intervals(
    names: list[str], totals: np.ndarray, samples: np.ndarray
) -> dict[str, Interval]:
    low, high = bootstrap.interval(samples)
    return {
        name: Interval(*(100 * float(figure) for figure in figures))
        for name, *figures in zip(names, totals, low, high, strict=True)
    }
