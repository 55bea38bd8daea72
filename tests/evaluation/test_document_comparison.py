import numpy as np
import pytest

from axml_tf.evaluation.comparison import signed_rank_p_value
from axml_tf.evaluation.document_comparison import compare_documents
from axml_tf.evaluation.ranking import DocumentValues


def two_systems(num_documents=400):
    rng = np.random.default_rng(0)
    ones = np.ones(num_documents)
    first = rng.integers(0, 2, num_documents).astype(float)
    # Better for some, worse for a few.
    second = np.where(rng.random(num_documents) < 0.3, 1.0, first)
    second[:10] = 0
    weights = rng.random(num_documents) + 1
    return [
        {
            "P@1": DocumentValues(value, ones),
            "PSP@1": DocumentValues(value * weights, weights),
        }
        for value in (first, second)
    ], (first, second, weights)


def test_measures_and_differences_are_those_of_all_documents():
    systems, (first, second, weights) = two_systems()
    (one, none), (two, compared) = compare_documents(systems, 0, 500, 0)
    assert none == {}
    assert one["P@1"].value == pytest.approx(100 * first.mean())
    assert two["PSP@1"].value == pytest.approx(
        100 * (second @ weights) / weights.sum()
    )
    found = compared["P@1"]
    assert found.difference.value == pytest.approx(
        100 * (second.mean() - first.mean())
    )
    assert found.num_better == np.sum(second > first)
    assert found.num_worse == np.sum(second < first)
    assert found.p_value == signed_rank_p_value(second - first)


def test_interval_of_a_difference_is_that_of_paired_documents():
    systems, (first, second, _) = two_systems()
    _, (_, compared) = compare_documents(systems, 0, 4000, 0)
    found = compared["P@1"].difference
    error = 196 * (second - first).std() / np.sqrt(len(first))
    assert found.low == pytest.approx(found.value - error, abs=0.15 * error)
    assert found.high == pytest.approx(found.value + error, abs=0.15 * error)


def test_ratio_of_sums_has_an_interval_but_no_test():
    systems, _ = two_systems()
    _, (_, compared) = compare_documents(systems, 0, 100, 0)
    assert compared["PSP@1"].p_value is None
    assert compared["PSP@1"].difference.low < compared["PSP@1"].difference.high


def test_reference_may_stand_anywhere():
    systems, _ = two_systems()
    _, (_, forward) = compare_documents(systems, 0, 100, 0)
    (_, backward), (_, nothing) = compare_documents(systems, 1, 100, 0)
    assert nothing == {}
    for name, compared in backward.items():
        one, other = compared.difference, forward[name].difference
        assert one.value == pytest.approx(-other.value)
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
        assert compared.num_better == forward[name].num_worse
