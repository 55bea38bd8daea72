import numpy as np
import pytest
import tensorflow as tf
from plain_lstm import step_in_a_loop

from axml_tf.models.layers.lstm_blocks import (
    STEPS,
    Carried,
    Past,
    run_backward,
    run_forward,
)

BATCH, UNITS = 3, 2


class Case:
    """A block of random numbers; some steps of each row are padding."""

    def __init__(self):
        rng = np.random.default_rng(0)

        def random(*shape):
            return tf.constant(rng.normal(size=shape), tf.float32)

        self.projected = [random(STEPS, BATCH, 4 * UNITS) for _ in range(2)]
        self.recurrent = random(2, UNITS, 4 * UNITS)
        self.before = Carried(random(2, BATCH, UNITS), random(2, BATCH, UNITS))
        self.d_states = random(STEPS, 2, BATCH, UNITS)
        self.d_after = Carried(random(2, BATCH, UNITS), random(2, BATCH, UNITS))
        self.real = tf.constant(
            rng.random((STEPS, 2, BATCH, 1)) < 0.7, tf.float32
        )

    def in_a_loop(self):
        """States and cells after each step."""
        state, cell = self.before
        states, cells = [], []
        for t in range(STEPS):
            directions = []
            for direction in range(2):
                old = (state[direction], cell[direction])
                new = step_in_a_loop(
                    self.projected[direction][t],
                    self.recurrent[direction],
                    *old,
                )
                is_word = self.real[t, direction] == 1
                directions.append(
                    [tf.where(is_word, *x) for x in zip(new, old, strict=True)]
                )
            state, cell = map(tf.stack, zip(*directions, strict=True))
            states.append(state)
            cells.append(cell)
        return tf.stack(states), tf.stack(cells)

    def run_forward(self):
        return run_forward(
            self.projected, self.recurrent, self.real, self.before
        )


@pytest.fixture
def case():
    return Case()


def test_steps_are_those_of_a_plain_loop(case):
    found = case.run_forward()
    states, cells = case.in_a_loop()
    np.testing.assert_allclose(found.states, states, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.cells, cells, rtol=1e-5, atol=1e-6)
    assert found.gates.shape == (STEPS, 2, BATCH, 4 * UNITS)


def test_padding_leaves_state_and_cell_as_they_are(case):
    case.real = tf.zeros_like(case.real)
    found = case.run_forward()
    for t in range(STEPS):
        np.testing.assert_array_equal(found.states[t], case.before.state)
        np.testing.assert_array_equal(found.cells[t], case.before.cell)


def test_gradients_are_those_of_a_plain_loop(case):
    inputs = [*case.projected, *case.before]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        states, cells = case.in_a_loop()
        total = (
            tf.reduce_sum(states * case.d_states)
            + tf.reduce_sum(states[-1] * case.d_after.state)
            + tf.reduce_sum(cells[-1] * case.d_after.cell)
        )
    expected = tape.gradient(total, inputs)
    found = case.run_forward()
    d_before, d_projected = run_backward(
        case.d_states,
        Past(
            tf.concat([case.before.cell[None], found.cells], 0),
            found.gates,
            case.real,
        ),
        tf.transpose(case.recurrent, [0, 2, 1]),
        case.d_after,
    )
    for gradient, other in zip(
        [*d_projected, *d_before], expected, strict=True
    ):
        np.testing.assert_allclose(gradient, other, rtol=1e-4, atol=1e-5)
