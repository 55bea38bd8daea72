"""The time loops of a bidirectional LSTM and their gradient, on a CPU.

Time is cut into blocks of equally many steps. Within a block, only what must
run step by step is in a loop, which is compiled and runs both directions at
once, the backward one on reversed time; the matrix products over all steps of
a block stand outside. Thus one compiled shape serves documents of any length,
and neither projected inputs nor their gradient exist for more than a block.

Shapes: `steps` of a block or `tokens` of whole blocks, 2 directions, `batch`
rows, `units` wide states. Gates stand in Keras' order: input, forget, cell,
output. A direction's weights are one matrix, `(dim + units + 1, 4 * units)`:
kernel, recurrent kernel, bias; so their gradient is one product.
"""

import tensorflow as tf

# Steps of a block; it divides the usual lengths of documents.
_STEPS = 25


def run(
    inputs: tf.Tensor,
    mask: tf.Tensor,
    forward_weights: tf.Tensor,
    backward_weights: tf.Tensor,
) -> tf.Tensor:
    """States of a bidirectional LSTM.

    Args:
        inputs: `(batch, tokens, dim)`.
        mask: boolean `(batch, tokens)`; padding stands at the end.
        forward_weights: `(dim + units + 1, 4 * units)`.
        backward_weights: of the same shape.

    Returns:
        `(batch, tokens, 2 * units)`, 0 at padding.
    """
    function = _run_outside if tf.executing_eagerly() else _run_within
    return function(inputs, mask, forward_weights, backward_weights)


class _Blocks:
    """A block's compiled steps, forward and backward."""

    def __init__(self):
        self.forward = _compiled(_forward_block)
        self.backward = _compiled(_backward_block)


def _compiled(function):
    return tf.function(function, jit_compile=True, autograph=False)


def _runner():
    blocks = _Blocks()
    return tf.function(
        lambda *arguments: _run(blocks, *arguments), autograph=False
    )


def _run(blocks, inputs, mask, forward_weights, backward_weights):
    num_tokens = tf.shape(inputs)[1]
    missing = -num_tokens % _STEPS
    real = tf.cast(mask, inputs.dtype)
    real_by_time = tf.transpose(tf.pad(real, [[0, 0], [0, missing]]))
    states = _run_blocks(blocks)(
        tf.pad(inputs, [[0, 0], [0, missing], [0, 0]]),
        forward_weights,
        backward_weights,
        tf.stack([real_by_time, tf.reverse(real_by_time, [0])], 1)[..., None],
    )
    # (tokens, 2, batch, units) -> (batch, tokens, 2 * units)
    states = tf.concat([states[:, 0], tf.reverse(states[:, 1], [0])], -1)
    return tf.transpose(states[:num_tokens], [1, 0, 2]) * real[:, :, None]


def _run_blocks(blocks: _Blocks):
    """A function that runs block after block.

    Its arguments: inputs, `(batch, tokens, dim)`; weights forward and
    backward, each `(dim + units + 1, 4 * units)`; and `real`, `(tokens, 2,
    batch, 1)`: 1 for a token, 0 for padding, which leaves the state as it is.
    It returns the states, `(tokens, 2, batch, units)`.
    """

    @tf.custom_gradient
    def run_blocks(inputs, forward_weights, backward_weights, real):
        weights = (forward_weights, backward_weights)
        states, cells, gates = _forward(
            blocks.forward, _by_time(inputs), weights, real
        )

        def gradient(d_states):
            # Not before the gradient is there: these would fill memory while
            # the label head, which needs most of it, is at work.
            with tf.control_dependencies([d_states]):
                states_before, cells_from_before = (
                    tf.concat([tf.zeros_like(x[:1]), x], 0)
                    for x in (states, cells)
                )
                factors = [
                    _factor(x, states_before[:-1, direction])
                    for direction, x in enumerate(_by_time(inputs))
                ]
            d_inputs, d_weights = _backward(
                blocks.backward,
                d_states,
                factors,
                weights,
                real,
                cells_from_before,
                gates,
            )
            return _from_time(d_inputs), *d_weights, None

        return states, gradient

    return run_blocks


def _by_time(inputs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Inputs of each direction: `(batch, tokens, dim)` by time.

    Returns:
        Two tensors `(tokens, batch, dim)`, the second in reversed time.
    """
    forward = tf.transpose(inputs, [1, 0, 2])
    return forward, tf.reverse(forward, [0])


def _from_time(d_inputs) -> tf.Tensor:
    """The gradient of `_by_time`'s argument from those of its results."""
    forward, backward = d_inputs
    return tf.transpose(forward + tf.reverse(backward, [0]), [1, 0, 2])


def _split(weights: tuple[tf.Tensor, tf.Tensor]):
    """Kernels and biases of both directions; recurrent kernels, stacked."""
    units = weights[0].shape[1] // 4
    dim = weights[0].shape[0] - units - 1
    return (
        [w[:dim] for w in weights],
        tf.stack([w[dim:-1] for w in weights]),
        [w[-1] for w in weights],
    )


def _block(tensor: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
    return tensor[index * _STEPS : (index + 1) * _STEPS]


def _forward(block, inputs, weights, real):
    """States and cells, `(tokens, 2, batch, units)`; gates by block."""
    kernels, recurrent, biases = _split(weights)
    units = recurrent.shape[1]
    dim, batch = inputs[0].shape[2], tf.shape(inputs[0])[1]
    num_blocks = tf.shape(real)[0] // _STEPS

    def body(index, state, cell, *arrays):
        projected = [
            tf.reshape(
                tf.matmul(tf.reshape(_block(x, index), [-1, dim]), kernel)
                + bias,
                [_STEPS, batch, 4 * units],
            )
            for x, kernel, bias in zip(inputs, kernels, biases, strict=True)
        ]
        results = block(*projected, recurrent, _block(real, index), state, cell)
        return (
            index + 1,
            results[0][-1],
            results[1][-1],
            *(
                array.write(index, result)
                for array, result in zip(arrays, results, strict=True)
            ),
        )

    arrays = [
        tf.TensorArray(
            real.dtype,
            num_blocks,
            clear_after_read=False,
            element_shape=[_STEPS, 2, inputs[0].shape[1], width],
        )
        for width in (units, units, 4 * units)
    ]
    zeros = tf.zeros([2, batch, units], real.dtype)
    _, _, _, states, cells, gates = tf.while_loop(
        lambda index, *_: index < num_blocks,
        body,
        (0, zeros, zeros, *arrays),
        shape_invariants=(
            tf.TensorShape([]),
            *[tf.TensorShape([2, inputs[0].shape[1], units])] * 2,
            *[tf.TensorShape(None)] * 3,
        ),
    )
    return states.concat(), cells.concat(), gates


def _forward_block(forward, backward, recurrent, real, state, cell):
    """States, cells and gates of a block from its projected inputs."""

    def step(t, state, cell, states, cells, gates):
        projected = tf.stack([forward[t], backward[t]])
        i, f, g, o = tf.split(
            projected + tf.matmul(state, recurrent), 4, axis=-1
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
        tf.TensorArray(state.dtype, _STEPS, element_shape=shape)
        for shape in (
            state.shape,
            state.shape,
            [*state.shape[:2], 4 * state.shape[2]],
        )
    ]
    _, _, _, *arrays = tf.while_loop(
        lambda t, *_: t < _STEPS,
        step,
        (0, state, cell, *arrays),
        maximum_iterations=_STEPS,
    )
    return [array.stack() for array in arrays]


def _backward(
    block, d_states, factors, weights, real, cells_from_before, gates
):
    """Gradients of inputs, by time, and of weights, a pair of each."""
    kernels, recurrent, _ = _split(weights)
    transposed = tf.transpose(recurrent, [0, 2, 1])

    def body(index, d_state, d_cell, d_weights, d_inputs):
        d_state, d_cell, *d_projected = block(
            _block(d_states, index),
            cells_from_before[index * _STEPS : (index + 1) * _STEPS + 1],
            gates.read(index),
            transposed,
            _block(real, index),
            d_state,
            d_cell,
        )
        d_block, parts = _through_projection(
            d_projected, kernels, factors, index
        )
        return (
            index - 1,
            d_state,
            d_cell,
            [tf.add(*pair) for pair in zip(d_weights, parts, strict=True)],
            [
                array.write(index, d)
                for array, d in zip(d_inputs, d_block, strict=True)
            ],
        )

    num_blocks = tf.shape(real)[0] // _STEPS
    zeros = tf.zeros_like(cells_from_before[0])
    dim = kernels[0].shape[0]
    d_inputs = [
        tf.TensorArray(
            real.dtype, num_blocks, element_shape=[_STEPS, None, dim]
        )
    ] * 2
    _, _, _, d_weights, d_inputs = tf.while_loop(
        lambda index, *_: index >= 0,
        body,
        (
            num_blocks - 1,
            zeros,
            zeros,
            [tf.zeros_like(w) for w in weights],
            d_inputs,
        ),
    )
    return [array.concat() for array in d_inputs], d_weights


def _through_projection(d_projected, kernels, factors, index):
    """From the gates of a block to its inputs and to the weights.

    Args:
        d_projected: gradients of the gates, `(_STEPS, batch, 4 * units)`.
        kernels: `(dim, 4 * units)`.
        factors: of `_factor`.
        index: number of the block.

    Returns:
        Gradients of the inputs, `(_STEPS, batch, dim)`, and of the weights;
        like all else here, one of each direction.
    """
    batch, width = tf.shape(d_projected[0])[1], d_projected[0].shape[2]
    rows = [tf.reshape(d, [_STEPS * batch, width]) for d in d_projected]
    columns = slice(index * _STEPS * batch, (index + 1) * _STEPS * batch)
    d_inputs = [
        tf.reshape(
            tf.matmul(d, kernel, transpose_b=True),
            [_STEPS, batch, kernel.shape[0]],
        )
        for d, kernel in zip(rows, kernels, strict=True)
    ]
    d_weights = [
        tf.matmul(factor[:, columns], d)
        for factor, d in zip(factors, rows, strict=True)
    ]
    return d_inputs, d_weights


def _factor(inputs, states_before):
    """What a direction's gates were made of, `(dim + units + 1, rows)`.

    The gradient of its weights is this times the gradient of the gates.
    Transposed in one go, for a matrix product that transposes by itself is
    slower.
    """
    rows = tf.concat([inputs, states_before, tf.ones_like(inputs[..., :1])], -1)
    return tf.reshape(tf.transpose(rows, [2, 0, 1]), [rows.shape[2], -1])


def _backward_block(d_states, cells, gates, transposed, real, d_state, d_cell):
    """Gradients of the state and the cell before a block, and of its gates."""

    def step(t, d_state, d_cell, forward, backward):
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
            tf.matmul(d_gates, transposed) + d_state * padding,
            d_new_cell * f + d_cell * padding,
            forward.write(t, d_gates[0]),
            backward.write(t, d_gates[1]),
        )

    arrays = [
        tf.TensorArray(gates.dtype, _STEPS, element_shape=gates.shape[2:])
        for _ in range(2)
    ]
    _, d_state, d_cell, *arrays = tf.while_loop(
        lambda t, *_: t >= 0,
        step,
        (_STEPS - 1, d_state, d_cell, *arrays),
        maximum_iterations=_STEPS,
    )
    return [d_state, d_cell, *(array.stack() for array in arrays)]


# What was traced in a graph, for batches of any size, gives no gradient
# outside of one; and TensorFlow would take it there, for it fits.
_run_within, _run_outside = _runner(), _runner()
