"""Systems compared over cells, as in the paper's Tables 2 and 3.

A cell is one measure on one data set, the same for all systems.
"""

import dataclasses

import numpy as np
import scipy.stats

# Differences beyond this decimal are rounding errors of the machine, not of
# the systems: 81.22 - 80.05 and 1.17 are the same difference.
_DECIMALS = 9
# Of more differences than this, the sum of ranks is as good as normal; and
# documents, of which there are thousands, share their few values, for which
# there is no table.
_MAX_EXACT = 50


@dataclasses.dataclass(frozen=True)
class CellComparison:
    """Ranks and significance of systems over cells.

    Attributes:
        ranks: `(cells, systems)` float64, 1 is best.
        average_ranks: `(systems,)` float64, means of `ranks`.
        p_values: `(systems,)` float64, of each system against the one
            compared with; NaN for that one itself.
    """

    ranks: np.ndarray
    average_ranks: np.ndarray
    p_values: np.ndarray


def compare_cells(values: np.ndarray, against: int) -> CellComparison:
    """Ranks systems in every cell, and tests each against one of them.

    Args:
        values: `(cells, systems)`, the higher the better.
        against: column of the system that the others are tested against.
    """
    values = np.asarray(values, np.float64)
    ranks = cell_ranks(values)
    p_values = np.array(
        [
            np.nan
            if system == against
            else signed_rank_p_value(values[:, against] - values[:, system])
            for system in range(values.shape[1])
        ]
    )
    return CellComparison(ranks, ranks.mean(axis=0), p_values)


def cell_ranks(values: np.ndarray) -> np.ndarray:
    """Rank of each system in each cell; equal values share their mean rank.

    The paper's tables have no equal values in a cell. With mean ranks the
    ranks of a cell always have the same sum, so that averages compare.

    Args:
        values: `(cells, systems)`, the higher the better.

    Returns:
        `(cells, systems)` float64, 1 is best.
    """
    rounded = np.round(values, _DECIMALS)
    return scipy.stats.rankdata(-rounded, method="average", axis=1)


def signed_rank_p_value(differences: np.ndarray) -> float:
    """Two-sided p-value of Wilcoxon's signed-rank test.

    Differences of 0 are skipped, as Wilcoxon does; equal differences share
    their mean rank. For up to 50 differences the p-value comes from the exact
    distribution for ranks 1, 2, ... n, a sum that is no integer being
    rounded towards the larger p-value. With equal differences that
    distribution is no longer exact, but it is what the paper used: the
    p-values of its Tables 2 and 3 come out so, and two of the fourteen (with
    equal differences) would not otherwise. For more differences: the normal
    distribution, its variance corrected for equal ones.

    Args:
        differences: `(n,)` float.

    Returns:
        p-value; 1.0 where no difference is other than 0.

    Reference:
     - Wilcoxon, 1945, Individual comparisons by ranking methods
    """
    differences = np.round(np.asarray(differences, np.float64), _DECIMALS)
    differences = differences[differences != 0]
    if not differences.size:
        return 1.0
    method = "exact" if differences.size <= _MAX_EXACT else "asymptotic"
    return float(scipy.stats.wilcoxon(differences, method=method).pvalue)
