import itertools
import math

import numpy as np
import pytest
import scipy.stats
from paper_tables import (
    AVERAGE_RANKS_NDCG,
    AVERAGE_RANKS_PRECISION,
    MISPRINTED_P_VALUE,
    MISPRINTED_RNN_AGAINST_CNN,
    NDCG,
    P_VALUES_NDCG,
    P_VALUES_PRECISION,
    PRECISION,
    SYSTEMS,
)

from axml_tf.evaluation.comparison import (
    cell_ranks,
    compare_cells,
    signed_rank_p_value,
)


def as_printed(p_value):
    """Two decimals, as in 8.55e-4."""
    digits, exponent = f"{p_value:.2e}".split("e")
    return f"{digits}e{int(exponent)}"


def values_of(table):
    return np.array([values for _, _, values, _ in table])


@pytest.mark.parametrize(
    ("table", "average_ranks", "p_values"),
    [
        (PRECISION, AVERAGE_RANKS_PRECISION, P_VALUES_PRECISION),
        (NDCG, AVERAGE_RANKS_NDCG, P_VALUES_NDCG),
    ],
    ids=["Table 2", "Table 3"],
)
def test_tables_of_the_paper_come_out_as_printed(
    table, average_ranks, p_values
):
    found = compare_cells(values_of(table), SYSTEMS.index("AttentionXML"))
    assert found.ranks.tolist() == [list(ranks) for *_, ranks in table]
    assert found.average_ranks.round(2).tolist() == list(average_ranks)
    printed, right = MISPRINTED_P_VALUE
    assert [as_printed(p) for p in found.p_values[:-1]] == [
        right if p_value == printed else p_value for p_value in p_values
    ]
    assert math.isnan(found.p_values[-1])


def test_p_values_of_the_text_are_not_exact_ones():
    cnn, rnn = SYSTEMS.index("XML-CNN"), SYSTEMS.index("XML-RNN")
    exact, approximate = [], []
    for table in (PRECISION, NDCG):
        values = values_of(table)
        differences = values[:, rnn] - values[:, cnn]
        exact.append(as_printed(signed_rank_p_value(differences)))
        approximate.append(
            scipy.stats.wilcoxon(
                differences.round(2), correction=True, method="asymptotic"
            ).pvalue
        )
    assert exact == ["3.05e-4", "1.83e-4"]
    printed = MISPRINTED_RNN_AGAINST_CNN
    assert not set(printed) & set(exact)
    assert list(map(as_printed, approximate)) == [printed[0], "1.09e-3"]


def test_misprinted_p_value_is_rounded_twice():
    values = values_of(PRECISION)
    ours, sleec = SYSTEMS.index("AttentionXML"), SYSTEMS.index("SLEEC")
    p_value = signed_rank_p_value(values[:, ours] - values[:, sleec])
    assert p_value == 28 / 2**15
    assert f"{p_value:.3e}" == "8.545e-04"


@pytest.mark.parametrize("seed", range(5))
def test_exact_p_value_equals_all_signs_tried(seed):
    rng = np.random.default_rng(seed)
    differences = rng.permutation(np.arange(1, 11)) * rng.choice([-1, 1], 10)
    # The same ranks, far apart, and two zeros that do not count.
    differences = np.concatenate([differences**3 / 7, [0, 0]])
    ranks = np.arange(1, 11)
    signs = np.sign(differences[:-2])
    positive = np.abs(differences[:-2]).argsort().argsort() + 1
    seen = positive[signs > 0].sum()
    sums = [
        np.dot(chosen, ranks)
        for chosen in itertools.product([0, 1], repeat=len(ranks))
    ]
    below = np.mean([s <= seen for s in sums])
    above = np.mean([s >= seen for s in sums])
    assert signed_rank_p_value(differences) == pytest.approx(
        min(1, 2 * min(below, above))
    )


def test_zeros_do_not_make_few_differences_many():
    differences = np.array([3.0, -1.0, 2.0, 5.0, 4.0])
    # One sum of ranks of 2^5 is 0, one is 1.
    assert signed_rank_p_value(differences) == 2 * 2 / 2**5
    padded = np.concatenate([differences, np.zeros(100)])
    assert signed_rank_p_value(padded) == 2 * 2 / 2**5


def test_rounding_errors_make_no_difference_and_no_rank():
    # 0.1 + 0.2 is not 0.3, and 0.3 - 0.2 is less than 0.1.
    differences = np.array([0.1 + 0.2 - 0.3, 0.3 - 0.2, 0.1, -0.05])
    assert signed_rank_p_value(differences) == pytest.approx(
        signed_rank_p_value(np.array([1.0, 1.0, -0.5]))
    )


def test_equal_systems_have_p_value_1():
    assert signed_rank_p_value(np.zeros(15)) == 1.0
    assert signed_rank_p_value(np.zeros(0)) == 1.0


def test_many_differences_follow_the_normal_distribution():
    # Documents: a few values only. 40 better and 20 worse, all by 1.
    differences = np.array([1.0] * 40 + [-1.0] * 20 + [0.0] * 500)
    n, rank = 60, 30.5
    mean = n * rank / 2
    deviation = math.sqrt(n * rank**2 / 4)
    z = (40 * rank - mean) / deviation
    assert signed_rank_p_value(differences) == pytest.approx(
        math.erfc(z / math.sqrt(2))
    )


def test_equal_values_share_their_mean_rank():
    ranks = cell_ranks(np.array([[50.0, 70.0, 50.0, 30.0], [1, 1, 1, 1]]))
    assert ranks.tolist() == [[2.5, 1.0, 2.5, 4.0], [2.5] * 4]
