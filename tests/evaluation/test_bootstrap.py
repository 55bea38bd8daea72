import numpy as np
import pytest

from axml_tf.evaluation import bootstrap


def test_interval_of_a_mean_is_that_of_the_normal_distribution():
    rng = np.random.default_rng(0)
    value = rng.random((2000, 1))
    samples = bootstrap.resampled_measures(value, np.ones((2000, 1)), 4000, 1)
    low, high = bootstrap.interval(samples)
    error = 1.96 * value.std() / np.sqrt(len(value))
    assert low[0] == pytest.approx(value.mean() - error, abs=0.1 * error)
    assert high[0] == pytest.approx(value.mean() + error, abs=0.1 * error)


def test_all_columns_see_the_same_documents():
    rng = np.random.default_rng(0)
    one = rng.random((50, 1))
    # The second is always 0.25 better, document by document.
    value = np.hstack([one, one + 0.25])
    samples = bootstrap.resampled_measures(value, np.ones((50, 2)), 100, 0)
    np.testing.assert_allclose(samples[:, 1] - samples[:, 0], 0.25)
    assert samples[:, 0].std() > 0


def test_measure_is_a_ratio_of_sums():
    value = np.array([[1.0], [0.0]])
    best = np.array([[1.0], [3.0]])
    samples = bootstrap.resampled_measures(value, best, 200, 0)
    # Both twice, or one of each.
    assert set(samples[:, 0]) == {1.0, 0.25, 0.0}


def test_measure_without_a_best_is_0():
    zeros = np.zeros((3, 1))
    samples = bootstrap.resampled_measures(zeros, zeros, 10, 0)
    assert samples.tolist() == [[0.0]] * 10


def test_seed_decides_and_blocks_do_not(monkeypatch):
    value = np.random.default_rng(0).random((20, 2))
    arguments = (value, np.ones((20, 2)), 30)
    expected = bootstrap.resampled_measures(*arguments, seed=5)
    assert (bootstrap.resampled_measures(*arguments, seed=6) != expected).any()
    monkeypatch.setattr(bootstrap, "_BLOCK_ELEMENTS", 70)
    np.testing.assert_allclose(
        bootstrap.resampled_measures(*arguments, seed=5), expected
    )
