"""How well labels are found that training had often, seldom or never."""

import dataclasses

import numpy as np

from axml_tf.evaluation.truth import Truth

# Fewest training documents of each group.
_BOUNDS = (0, 1, 10, 100, 1000)


@dataclasses.dataclass(frozen=True)
class FrequencyGroup:
    """What a system does with labels of about the same training count.

    Attributes:
        name: training documents of a label: `1-9`, `1000+`, `0`.
        num_labels: labels of the group that are true of a document.
        num_predicted: places of the first k that they take.
        precision: share of these places that are true; NaN without a place.
        recall: share of their occurrences found within the first k; NaN
            without an occurrence.
    """

    name: str
    num_labels: int
    num_predicted: int
    precision: float
    recall: float


def by_frequency(
    label_ids: np.ndarray, hits: np.ndarray, truth: Truth, k: int
) -> list[FrequencyGroup]:
    """P@k, label by label's frequency, and what of the truth is found.

    Precision over all groups together is P@k of the corpus, where every
    document has k predictions.

    Args:
        label_ids: `(documents, ranks)` int, documents in the order of
            `truth`, best label first; -1 fills a row.
        hits: `(documents, ranks)` bool, see `ranking.relevance`.
        truth: the measured split.
        k: ranks looked at.

    Returns:
        One group for each power of ten of the training count, rarest first;
        groups that no label of the truth belongs to are skipped.
    """
    counts = truth.training_counts
    groups = np.searchsorted(_BOUNDS, counts, side="right") - 1
    size = len(_BOUNDS)
    label_ids, hits = label_ids[:, :k], hits[:, :k]
    listed = label_ids >= 0
    predicted = np.bincount(groups[label_ids[listed]], minlength=size)
    found = np.bincount(groups[label_ids[hits]], minlength=size)
    occurring = np.bincount(groups[truth.labels.indices], minlength=size)
    num_labels = np.bincount(
        groups[np.unique(truth.labels.indices)], minlength=size
    )
    return [
        FrequencyGroup(
            _name(group),
            int(num_labels[group]),
            int(predicted[group]),
            _share(found[group], predicted[group]),
            _share(found[group], occurring[group]),
        )
        for group in range(size)
        if occurring[group]
    ]


def _name(group: int) -> str:
    at_least = _BOUNDS[group]
    if group + 1 == len(_BOUNDS):
        return f"{at_least}+"
    last = _BOUNDS[group + 1] - 1
    return f"{at_least}" if last == at_least else f"{at_least}-{last}"


def _share(part: int, whole: int) -> float:
    return float(part / whole) if whole else float("nan")
