import pytest
import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.training.distribution import make_strategy


@pytest.mark.parametrize("num_replicas", [0, 1])
def test_one_cpu_needs_no_strategy(num_replicas):
    strategy = make_strategy(num_replicas)
    assert strategy is tf.distribute.get_strategy()
    assert strategy.num_replicas_in_sync == 1


def test_more_replicas_than_gpus_are_logical_cpus():
    strategy = make_strategy(2)
    assert isinstance(strategy, tf.distribute.MirroredStrategy)
    assert [device[-5:] for device in strategy.extended.worker_devices] == [
        "CPU:0",
        "CPU:1",
    ]


def test_more_devices_than_tensorflow_started_with_are_refused():
    tf.zeros([])  # From here on devices stay as they are.
    with pytest.raises(
        UserError, match="--num_replicas=3 needs 3 logical CPU devices"
    ):
        make_strategy(3)


def test_two_trainings_in_one_process_share_a_strategy():
    # A second one would break off the first one's collective operations.
    assert make_strategy(2) is make_strategy(2)
