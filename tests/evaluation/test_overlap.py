import numpy as np
import pytest

from axml_tf.evaluation.overlap import overlap_at_k


def test_overlap_equals_sets_in_a_loop():
    rng = np.random.default_rng(0)
    first, second = (
        np.array([rng.permutation(9)[:6] for _ in range(30)]) for _ in range(2)
    )
    expected = [
        np.mean(
            [
                len(set(a[:k]) & set(b[:k])) / k
                for a, b in zip(first.tolist(), second.tolist(), strict=True)
            ]
        )
        for k in range(1, 6)
    ]
    np.testing.assert_allclose(overlap_at_k(first, second), expected)


def test_order_within_the_first_k_does_not_count():
    shares = overlap_at_k(np.array([[0, 1, 2]]), np.array([[1, 0, 3]]), 3)
    assert shares.tolist() == [0.0, 1.0, pytest.approx(2 / 3)]


def test_fillers_are_never_common():
    shares = overlap_at_k(np.array([[4, -1]]), np.array([[4, -1]]), 2)
    assert shares.tolist() == [1.0, 0.5]
