"""How many labels two systems have in common: the paper's Table 4."""

import numpy as np


def overlap_at_k(
    label_ids: np.ndarray, other_label_ids: np.ndarray, max_k: int = 5
) -> np.ndarray:
    """Share of common labels among the first 1, 2, ... `max_k` of two systems.

    The mean over documents of `|A_k & B_k| / k`, `A_k` and `B_k` being the
    sets of the first k labels. Order within the first k does not count; rows
    with fewer than k labels have less in common, as in P@k.

    Args:
        label_ids: `(documents, k)` int, best first; -1 fills a row.
        other_label_ids: `(documents, k)` of the other system, documents in
            the same order.
        max_k: the largest k.

    Returns:
        `(max_k,)` float64, from 0 to 1.
    """
    first, second = label_ids[:, :max_k], other_label_ids[:, :max_k]
    equal = first[:, :, np.newaxis] == second[:, np.newaxis, :]
    equal &= (first >= 0)[:, :, np.newaxis]
    return np.array(
        [
            equal[:, :k, :k].sum(axis=(1, 2)).mean() / k
            for k in range(1, max_k + 1)
        ]
    )
