"""The time loop of a bidirectional LSTM and its gradient, compiled.

Only what must run step by step is in the loops; the matrix products over all
steps stand outside. Both directions run in one loop, the backward one on
reversed time.

Shapes: `tokens` steps, 2 directions, `batch` rows, `units` wide states. Gates
stand in Keras' order: input, forget, cell, output.
"""

import tensorflow as tf


@tf.function(jit_compile=True, autograph=False)
def run(
    inputs: tf.Tensor,
    mask: tf.Tensor,
    kernel: tf.Tensor,
    recurrent: tf.Tensor,
    bias: tf.Tensor,
) -> tf.Tensor:
    """States of a bidirectional LSTM.

    Args:
        inputs: `(batch, tokens, dim)`.
        mask: boolean `(batch, tokens)`; padding stands at the end.
        kernel: `(dim, 2 * 4 * units)`, forward then backward.
        recurrent: `(2, units, 4 * units)`.
        bias: `(2 * 4 * units,)`.

    Returns:
        `(batch, tokens, 2 * units)`, 0 at padding.
    """
    batch, tokens, _ = tf.unstack(tf.shape(inputs))
    units = recurrent.shape[1]
    # (batch, tokens, dim) -> (tokens, batch, 2, 4 * units)
    by_time = tf.transpose(inputs, [1, 0, 2])
    flat = tf.reshape(by_time, [tokens * batch, inputs.shape[-1]])
    projected = tf.reshape(
        tf.matmul(flat, kernel) + bias, [tokens, batch, 2, 4 * units]
    )
    real = tf.transpose(tf.cast(mask, inputs.dtype))[:, :, None]
    states = _loop(
        tf.stack([projected[:, :, 0], tf.reverse(projected[:, :, 1], [0])], 1),
        recurrent,
        tf.stack([real, tf.reverse(real, [0])], 1),
    )
    # (tokens, 2, batch, units) -> (tokens, batch, 2 * units)
    states = tf.concat([states[:, 0], tf.reverse(states[:, 1], [0])], -1)
    return tf.transpose(states * real, [1, 0, 2])


@tf.custom_gradient
def _loop(
    projected: tf.Tensor, recurrent: tf.Tensor, real: tf.Tensor
) -> tf.Tensor:
    """Runs the loop over time.

    Args:
        projected: `(tokens, 2, batch, 4 * units)`: inputs times kernel plus
            bias.
        recurrent: `(2, units, 4 * units)`.
        real: `(tokens, 2, batch, 1)`: 1 for a token, 0 for padding, which
            leaves the state as it is.

    Returns:
        States, `(tokens, 2, batch, units)`.
    """
    states, cells, gates = _forward(projected, recurrent, real)

    def gradient(d_states):
        d_projected = _backward(d_states, cells, gates, recurrent, real)
        before = tf.concat([tf.zeros_like(states[:1]), states[:-1]], 0)
        # Sum over tokens and batch, for each direction.
        d_recurrent = tf.einsum("tnbu,tnbg->nug", before, d_projected)
        return d_projected, d_recurrent, None

    return states, gradient


def _forward(projected, recurrent, real):
    num_tokens = tf.shape(projected)[0]
    units = recurrent.shape[1]
    zeros = tf.zeros_like(projected[0, :, :, :units])

    def step(t, state, cell, states, cells, gates):
        i, f, g, o = tf.split(
            projected[t] + tf.matmul(state, recurrent), 4, axis=-1
        )
        i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
        new_cell = f * cell + i * g
        new_state = o * tf.tanh(new_cell)
        cell = cell + real[t] * (new_cell - cell)
        state = state + real[t] * (new_state - state)
        return (
            t + 1,
            state,
            cell,
            states.write(t, state),
            cells.write(t, cell),
            gates.write(t, tf.concat([i, f, g, o], -1)),
        )

    arrays = [
        tf.TensorArray(projected.dtype, num_tokens, element_shape=shape)
        for shape in (zeros.shape, zeros.shape, projected.shape[1:])
    ]
    _, _, _, *arrays = tf.while_loop(
        lambda t, *_: t < num_tokens, step, (0, zeros, zeros, *arrays)
    )
    return [array.stack() for array in arrays]


def _backward(d_states, cells, gates, recurrent, real):
    num_tokens = tf.shape(gates)[0]
    zeros = tf.zeros_like(cells[0])
    transposed = tf.transpose(recurrent, [0, 2, 1])

    def step(t, d_state, d_cell, d_projected):
        i, f, g, o = tf.split(gates[t], 4, axis=-1)
        before = tf.where(t > 0, cells[tf.maximum(t - 1, 0)], zeros)
        squashed = tf.tanh(cells[t])
        d_state = d_state + d_states[t]
        d_new_state = d_state * real[t]
        d_new_cell = d_cell * real[t] + d_new_state * o * (1 - squashed**2)
        d_gates = tf.concat(
            [
                d_new_cell * g * i * (1 - i),
                d_new_cell * before * f * (1 - f),
                d_new_cell * i * (1 - g**2),
                d_new_state * squashed * o * (1 - o),
            ],
            -1,
        )
        padding = 1 - real[t]
        return (
            t - 1,
            tf.matmul(d_gates, transposed) + d_state * padding,
            d_new_cell * f + d_cell * padding,
            d_projected.write(t, d_gates),
        )

    d_projected = tf.TensorArray(
        gates.dtype, num_tokens, element_shape=gates.shape[1:]
    )
    *_, d_projected = tf.while_loop(
        lambda t, *_: t >= 0,
        step,
        (num_tokens - 1, zeros, zeros, d_projected),
    )
    return d_projected.stack()
