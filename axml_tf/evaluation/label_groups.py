"""Labels in groups of near-equal total occurrence: the paper's Table 6."""

import dataclasses

import numpy as np

NUM_GROUPS = 3
MIN_OCCURRENCES = 5


@dataclasses.dataclass(frozen=True)
class LabelGroup:
    """Labels that occur about as often as each other.

    Attributes:
        label_ids: `(labels,)` int64.
        at_least: fewest occurrences of a label of the group.
        below: all of them occur less often than this; None for the most
            frequent group.
        share: occurrences of its labels, of all occurrences of all labels.
    """

    label_ids: np.ndarray
    at_least: int
    below: int | None
    share: float


def label_groups(occurrences: np.ndarray) -> list[LabelGroup]:
    """Divides labels by how often they occur in the measured split.

    Labels that occur fewer than five times are skipped. The rest is divided
    at two frequencies into three groups, so that the squares of the groups'
    total occurrences have the least sum: total occurrences are then as equal
    as they can be. Labels of one frequency stay together, so that a group is
    told by its bounds.

    Args:
        occurrences: `(labels,)` int, documents of each label.

    Returns:
        Three groups, most frequent first; fewer where fewer than three
        frequencies occur.
    """
    frequencies, counts = np.unique(
        occurrences[occurrences >= MIN_OCCURRENCES], return_counts=True
    )
    if not frequencies.size:
        return []
    bounds = _bounds(frequencies, frequencies * counts)
    total = occurrences.sum()
    groups = []
    for at_least, below in zip(bounds, [*bounds[1:], None], strict=True):
        inside = occurrences >= at_least
        if below is not None:
            inside &= occurrences < below
        groups.append(
            LabelGroup(
                np.flatnonzero(inside),
                at_least,
                below,
                float(occurrences[inside].sum() / total),
            )
        )
    return groups[::-1]


def mean_of_group(values: np.ndarray, group: LabelGroup) -> float:
    """Mean over the labels of a group for which a value is defined.

    Args:
        values: `(labels,)`, NaN where undefined.
        group: labels.

    Returns:
        The mean; NaN where no label of the group has a value.
    """
    chosen = values[group.label_ids]
    chosen = chosen[~np.isnan(chosen)]
    return float(chosen.mean()) if chosen.size else float("nan")


def _bounds(frequencies: np.ndarray, totals: np.ndarray) -> list[int]:
    """Lowest frequency of each group, ascending.

    Args:
        frequencies: `(n,)`, distinct, ascending.
        totals: `(n,)`, occurrences of all labels of that frequency.
    """
    if frequencies.size <= NUM_GROUPS:
        return frequencies.tolist()
    # float64: squares of totals of hundreds of millions leave int64.
    below = np.concatenate([[0], np.cumsum(totals)]).astype(np.float64)
    # Where the second and the third group start.
    second = np.arange(1, frequencies.size)[:, np.newaxis]
    third = np.arange(1, frequencies.size)[np.newaxis, :]
    squares = (
        below[second] ** 2
        + (below[third] - below[second]) ** 2
        + (below[-1] - below[third]) ** 2
    )
    squares[second >= third] = np.inf
    row, column = np.unravel_index(np.argmin(squares), squares.shape)
    starts = [0, int(second[row, 0]), int(third[0, column])]
    return frequencies[starts].tolist()
