import itertools

import numpy as np
import pytest

from axml_tf.evaluation.label_groups import label_groups, mean_of_group


def least_squares_in_a_loop(occurrences):
    """The best sum of squared totals over all pairs of bounds."""
    kept = [n for n in occurrences if n >= 5]
    bounds = itertools.combinations(sorted(set(kept))[1:], 2)
    return min(
        sum(n for n in kept if n < low) ** 2
        + sum(n for n in kept if low <= n < high) ** 2
        + sum(n for n in kept if n >= high) ** 2
        for low, high in bounds
    )


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_as_equal_as_they_can_be(seed):
    rng = np.random.default_rng(seed)
    occurrences = (200 / rng.integers(1, 100, 150)).astype(int)
    groups = label_groups(occurrences)
    totals = [occurrences[group.label_ids].sum() for group in groups]
    assert len(groups) == 3
    assert sum(total**2 for total in totals) == least_squares_in_a_loop(
        occurrences.tolist()
    )
    shares = [total / occurrences.sum() for total in totals]
    assert [group.share for group in groups] == pytest.approx(shares)


def test_groups_are_told_by_their_bounds():
    occurrences = np.array([100, 0, 4, 5, 40, 20, 5, 60, 20, 20, 30])
    first, second, third = label_groups(occurrences)
    # Totals 100, 100 and 100; only 4 of all 304 occurrences are skipped.
    assert first.label_ids.tolist() == [0]
    assert second.label_ids.tolist() == [4, 7]
    assert third.label_ids.tolist() == [3, 5, 6, 8, 9, 10]
    assert (first.at_least, first.below) == (60 + 40, None)
    assert (second.at_least, second.below) == (40, 100)
    assert (third.at_least, third.below) == (5, 40)
    assert [g.share for g in (first, second, third)] == [100 / 304] * 3


@pytest.mark.parametrize(
    ("occurrences", "sizes"),
    [([], []), ([4, 1, 0], []), ([5, 5], [2]), ([5, 9, 9], [2, 1])],
)
def test_fewer_frequencies_make_fewer_groups(occurrences, sizes):
    groups = label_groups(np.array(occurrences, np.int64))
    assert [len(group.label_ids) for group in groups] == sizes


def test_undefined_values_are_skipped_in_the_mean():
    (group,) = label_groups(np.array([6, 6, 6, 1]))
    assert mean_of_group(np.array([0.5, np.nan, 0.25, 0.0]), group) == 0.375
    assert np.isnan(mean_of_group(np.full(4, np.nan), group))
