import numpy as np
import pytest

from axml_tf.training.gradient_clipping import GradientLimit


@pytest.mark.parametrize(
    ("norm", "factor", "expected"),
    [(0.0, 0.0, np.inf), (5.0, 0.0, 5.0), (5.0, 2.0, 5.0), (0.0, 2.0, np.inf)],
)
def test_first_step_has_the_fixed_limit_only(norm, factor, expected):
    assert GradientLimit(norm, factor).value() == expected


def test_limit_follows_the_largest_of_the_last_five_norms():
    limit = GradientLimit(0.0, 2.0)
    found = []
    for norm in (3.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.5):
        limit.add(norm)
        found.append(limit.value())
    assert found == [6.0, 6.0, 6.0, 6.0, 6.0, 2.0, 3.0]


def test_long_gradient_counts_with_twice_the_largest():
    limit = GradientLimit(0.0, 3.0)
    limit.add(1.0)
    limit.add(100.0)
    assert limit.value() == 6.0


def test_the_lower_of_both_limits_holds():
    limit = GradientLimit(5.0, 2.0)
    limit.add(1.0)
    assert limit.value() == 2.0
    for _ in range(3):
        limit.add(10.0)
    assert limit.value() == 5.0


def test_gradients_of_zero_do_not_end_learning():
    limit = GradientLimit(5.0, 2.0)
    for _ in range(6):
        limit.add(0.0)
    assert limit.value() == 5.0


def test_state_comes_back():
    limit, again = GradientLimit(0.0, 2.0), GradientLimit(0.0, 2.0)
    limit.add(0.1 + 0.2)
    again.restore(limit.state())
    assert again.value() == limit.value() == 2 * (0.1 + 0.2)
