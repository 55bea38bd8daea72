import numpy as np
import pytest

from axml_tf.training.weight_average import WeightAverage


def test_every_moment_counts_alike():
    rng = np.random.default_rng(0)
    moments = [
        [rng.normal(size=(3, 2)).astype("float32"), rng.normal(size=4)]
        for _ in range(5)
    ]
    average = WeightAverage()
    for count, moment in enumerate(moments, 1):
        found = average.including(moment)
        average.add(moment)
        for place in range(2):
            expected = np.mean([m[place] for m in moments[:count]], axis=0)
            np.testing.assert_allclose(found[place], expected, rtol=1e-5)
            assert found[place].dtype == moment[place].dtype


def test_looking_ahead_adds_nothing():
    average = WeightAverage()
    average.add([np.array([1.0])])
    average.including([np.array([9.0])])
    (found,) = average.including([np.array([3.0])])
    assert found == 2.0


@pytest.mark.parametrize("moments", [[], [1.0, 2.0]])
def test_state_comes_back(moments):
    average, again = WeightAverage(), WeightAverage()
    for value in moments:
        average.add([np.array([value])])
    again.restore({k: np.asarray(v) for k, v in average.state().items()})
    (found,) = again.including([np.array([6.0])])
    assert found == np.mean([*moments, 6.0])
