import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import two_replicas

from axml_tf.runs.training_config import TrainingConfig
from axml_tf.training.optimizers import LazyAdam, WarmupCosine, make_optimizer

ROWS, DIM, STEPS = 4, 3, 5
SHAPE = tf.constant([ROWS, DIM])


def table():
    value = np.linspace(-1, 1, ROWS * DIM, dtype="float32")
    return keras.Variable(value.reshape(ROWS, DIM), name="table")


def slices(step, indices):
    rng = np.random.default_rng(step)
    values = rng.normal(size=(len(indices), DIM)).astype("float32")
    return tf.IndexedSlices(tf.constant(values), tf.constant(indices), SHAPE)


def dense(gradient):
    """The rows summed up, in a loop."""
    summed = np.zeros((ROWS, DIM), "float32")
    for value, index in zip(
        gradient.values.numpy(), gradient.indices.numpy(), strict=True
    ):
        summed[index] += value
    return tf.constant(summed)


def built(optimizer, variable):
    optimizer.build([variable])
    return optimizer


def test_equal_to_dense_adam_where_every_row_is_used():
    lazy_table, dense_table = table(), table()
    lazy = built(LazyAdam(0.1), lazy_table)
    adam = built(keras.optimizers.Adam(0.1), dense_table)
    for step in range(STEPS):
        # Rows 1 and 3 are used more than once.
        gradient = slices(step, [3, 1, 0, 2, 1, 1, 3])
        lazy.apply([gradient], [lazy_table])
        adam.apply([dense(gradient)], [dense_table])
    np.testing.assert_allclose(
        lazy_table.numpy(), dense_table.numpy(), rtol=1e-5, atol=1e-6
    )
    for mine, theirs in zip(lazy.variables, adam.variables, strict=True):
        np.testing.assert_allclose(
            mine.numpy(), theirs.numpy(), rtol=1e-5, atol=1e-7
        )


def test_equal_to_dense_adam_for_dense_gradients():
    lazy_table, dense_table = table(), table()
    lazy = built(LazyAdam(0.1), lazy_table)
    adam = built(keras.optimizers.Adam(0.1), dense_table)
    for step in range(STEPS):
        gradient = dense(slices(step, [0, 2]))
        lazy.apply([gradient], [lazy_table])
        adam.apply([gradient], [dense_table])
    # TensorFlow's kernel takes 1 - beta_2 in float32, Keras in float64.
    np.testing.assert_allclose(
        lazy_table.numpy(), dense_table.numpy(), rtol=1e-4
    )


def test_unused_rows_and_their_moments_stay_as_they_are():
    variable = table()
    optimizer = built(LazyAdam(0.1), variable)
    optimizer.apply([slices(0, [0, 1, 2, 3])], [variable])
    tracked = [variable, optimizer._momentums[0], optimizer._velocities[0]]
    before = [x.numpy() for x in tracked]
    optimizer.apply([slices(1, [0, 3])], [variable])
    for old, new in zip(before, tracked, strict=True):
        np.testing.assert_array_equal(new.numpy()[1:3], old[1:3])
        assert np.all(new.numpy()[[0, 3]] != old[[0, 3]])


def test_two_replicas_move_as_one_device_does():
    alone = table()
    optimizer = built(LazyAdam(0.1), alone)
    with two_replicas() as strategy:
        shared = table()
        mirrored = built(LazyAdam(0.1), shared)
    parts = [[0, 1, 1], [3, 1, 0]]

    @tf.function
    def step(number):
        def replica_step():
            context = tf.distribute.get_replica_context()
            own = tf.gather(parts, context.replica_id_in_sync_group)
            values = tf.random.stateless_normal(
                [3, DIM], [number, context.replica_id_in_sync_group]
            )
            mirrored.apply([tf.IndexedSlices(values, own, SHAPE)], [shared])

        strategy.run(replica_step)

    for number in range(STEPS):
        step(tf.constant(number))
        values = [
            tf.random.stateless_normal([3, DIM], [number, replica])
            for replica in range(2)
        ]
        together = tf.IndexedSlices(
            tf.concat(values, 0), tf.concat(parts, 0), SHAPE
        )
        optimizer.apply([together], [alone])
    assert np.all(alone.numpy()[2] == table().numpy()[2])
    for replica in strategy.experimental_local_results(shared.value):
        np.testing.assert_allclose(
            replica.numpy(), alone.numpy(), rtol=1e-5, atol=1e-6
        )


@pytest.mark.parametrize("warmup_steps", [0, 3])
@pytest.mark.parametrize("decay_steps", [0, 8])
def test_rate_follows_its_formula(warmup_steps, decay_steps):
    schedule = WarmupCosine(0.2, warmup_steps, decay_steps)
    for step in range(12):
        expected = 0.2
        if step < warmup_steps:
            expected *= (step + 1) / warmup_steps
        if decay_steps:
            fallen = min(step, decay_steps) / decay_steps
            expected *= math.cos(math.pi * fallen / 2) ** 2
        assert float(schedule(step)) == pytest.approx(expected, abs=1e-7)


def test_decay_epochs_are_counted_in_steps():
    config = TrainingConfig(
        batch_size=40, learning_rate=0.5, warmup_steps=7, decay_epochs=2
    )
    optimizer = make_optimizer(config, num_documents=81)
    # 81 documents make three steps.
    assert optimizer._learning_rate.get_config() == {
        "learning_rate": 0.5,
        "warmup_steps": 7,
        "decay_steps": 6,
    }


def test_optimizer_saves_and_reloads():
    optimizer = LazyAdam(WarmupCosine(0.2, 3, 8), beta_1=0.8)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert isinstance(again, LazyAdam)
    assert again.get_config() == optimizer.get_config()
    assert again.beta_1 == 0.8
    for step in range(10):
        assert float(again._learning_rate(step)) == float(
            optimizer._learning_rate(step)
        )
