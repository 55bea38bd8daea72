"""A block of an LSTM's steps, and its gradient, to be compiled.

What must run step by step is here and nothing else; both directions run at
once, the backward one on reversed time.

Shapes: `STEPS` of a block, 2 directions, `batch` rows, `units` wide states.
Gates stand in Keras' order: input, forget, cell, output.
"""

from typing import NamedTuple

import tensorflow as tf

# Steps of a block; it divides the usual lengths of documents.
STEPS = 25


class Carried(NamedTuple):
    """What a step hands to the next, or its gradient.

    Attributes:
        state: of shape `(2, batch, units)`.
        cell: of the same shape.
    """

    state: tf.Tensor
    cell: tf.Tensor


class Steps(NamedTuple):
    """What each step of a block gives.

    Attributes:
        states: of shape `(STEPS, 2, batch, units)`, after the step.
        cells: of the same shape, after the step.
        gates: of shape `(STEPS, 2, batch, 4 * units)`, activated.
    """

    states: tf.Tensor
    cells: tf.Tensor
    gates: tf.Tensor


class Past(NamedTuple):
    """What the gradient of a block needs to know of it.

    Attributes:
        cells: of shape `(STEPS + 1, 2, batch, units)`, before the first step
            and after each.
        gates: as in `Steps`.
        real: as in `run_forward`.
    """

    cells: tf.Tensor
    gates: tf.Tensor
    real: tf.Tensor


def run_forward(
    projected: list[tf.Tensor],
    recurrent: tf.Tensor,
    real: tf.Tensor,
    before: Carried,
) -> Steps:
    """Runs the steps of a block.

    Args:
        projected: inputs times kernel plus bias, `(STEPS, batch, 4 * units)`,
            of each direction.
        recurrent: recurrent kernels, `(2, units, 4 * units)`.
        real: 1 for a token, 0 for padding, which leaves state and cell as
            they are; `(STEPS, 2, batch, 1)`.
        before: of the step before the first.
    """
    forward, backward = projected

    def step(
        t: tf.Tensor, carried: Carried, arrays: list[tf.TensorArray]
    ) -> tuple[tf.Tensor, Carried, list[tf.TensorArray]]:
        state, cell = carried
        of_inputs = tf.stack([forward[t], backward[t]])
        i, f, g, o = tf.split(
            of_inputs + tf.matmul(state, recurrent), 4, axis=-1
        )
        i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
        new_cell = f * cell + i * g
        new_state = o * tf.tanh(new_cell)
        cell = cell + real[t] * (new_cell - cell)
        state = state + real[t] * (new_state - state)
        results = (state, cell, tf.concat([i, f, g, o], -1))
        return (
            t + 1,
            Carried(state, cell),
            [a.write(t, x) for a, x in zip(arrays, results, strict=True)],
        )

    shape = before.state.shape
    arrays = [
        tf.TensorArray(before.state.dtype, STEPS, element_shape=element_shape)
        for element_shape in (shape, shape, [*shape[:2], 4 * shape[2]])
    ]
    _, _, arrays = tf.while_loop(
        lambda t, *_: t < STEPS,
        step,
        (0, before, arrays),
        maximum_iterations=STEPS,
    )
    return Steps(*(array.stack() for array in arrays))


def run_backward(
    d_states: tf.Tensor, past: Past, transposed: tf.Tensor, d_after: Carried
) -> tuple[Carried, list[tf.Tensor]]:
    """Runs the steps of a block backwards.

    Args:
        d_states: gradients of the states, `(STEPS, 2, batch, units)`.
        past: what the block was.
        transposed: recurrent kernels, `(2, 4 * units, units)`.
        d_after: gradient of what the last step handed on.

    Returns:
        Gradient of what was handed to the first step. And, of each direction,
        gradients of the gates before their activation, `(STEPS, batch,
        4 * units)`.
    """
    cells, gates, real = past

    def step(
        t: tf.Tensor, d_carried: Carried, arrays: list[tf.TensorArray]
    ) -> tuple[tf.Tensor, Carried, list[tf.TensorArray]]:
        d_state, d_cell = d_carried
        i, f, g, o = tf.split(gates[t], 4, axis=-1)
        squashed = tf.tanh(cells[t + 1])
        d_state = d_state + d_states[t]
        d_new_state = d_state * real[t]
        d_new_cell = d_cell * real[t] + d_new_state * o * (1 - squashed**2)
        d_gates = tf.concat(
            [
                d_new_cell * g * i * (1 - i),
                d_new_cell * cells[t] * f * (1 - f),
                d_new_cell * i * (1 - g**2),
                d_new_state * squashed * o * (1 - o),
            ],
            -1,
        )
        padding = 1 - real[t]
        return (
            t - 1,
            Carried(
                tf.matmul(d_gates, transposed) + d_state * padding,
                d_new_cell * f + d_cell * padding,
            ),
            [array.write(t, d_gates[n]) for n, array in enumerate(arrays)],
        )

    arrays = [
        tf.TensorArray(gates.dtype, STEPS, element_shape=gates.shape[2:])
        for _ in range(2)
    ]
    _, d_before, arrays = tf.while_loop(
        lambda t, *_: t >= 0,
        step,
        (STEPS - 1, d_after, arrays),
        maximum_iterations=STEPS,
    )
    return d_before, [array.stack() for array in arrays]
