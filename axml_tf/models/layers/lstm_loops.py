"""The time loops of a bidirectional LSTM and their gradient, on a CPU.

Time is cut into blocks of equally many steps. Within a block, only what must
run step by step is in a loop, which is compiled (`lstm_blocks`); the matrix
products over all steps of a block stand outside. Thus one compiled shape
serves documents of any length, and neither projected inputs nor their
gradient exist for more than a block.

Shapes: `tokens` of whole blocks, 2 directions, `batch` rows, `units` wide
states. A direction's weights are one matrix, `(dim + units + 1, 4 * units)`:
kernel, recurrent kernel, bias; so their gradient is one product.
"""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from axml_tf.models.layers.lstm_blocks import (
    STEPS,
    Carried,
    Past,
    run_backward,
    run_forward,
)

# A tensor of each direction: forward, and backward on reversed time.
_Pair = tuple[tf.Tensor, tf.Tensor] | list[tf.Tensor]


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


class _Blocks(NamedTuple):
    """A block's compiled steps: `run_forward` and `run_backward`."""

    forward: Callable
    backward: Callable


class _Past(NamedTuple):
    """What the gradient needs to know of all blocks.

    Attributes:
        factors: of `_factor`, of each direction.
        cells: before the first step and after each, `(tokens + 1, 2, batch,
            units)`.
        gates: those of block after block.
        real: as in `_run_blocks`.
    """

    factors: list[tf.Tensor]
    cells: tf.Tensor
    gates: tf.TensorArray
    real: tf.Tensor


def _runner() -> Callable[..., tf.Tensor]:
    blocks = _Blocks(
        *(
            tf.function(function, jit_compile=True, autograph=False)
            for function in (run_forward, run_backward)
        )
    )
    return tf.function(
        lambda inputs, mask, *weights: _run(blocks, inputs, mask, weights),
        autograph=False,
    )


def _run(
    blocks: _Blocks, inputs: tf.Tensor, mask: tf.Tensor, weights: _Pair
) -> tf.Tensor:
    num_tokens = tf.shape(inputs)[1]
    missing = -num_tokens % STEPS
    real = tf.cast(mask, inputs.dtype)
    real_by_time = tf.transpose(tf.pad(real, [[0, 0], [0, missing]]))
    states = _run_blocks(blocks)(
        tf.pad(inputs, [[0, 0], [0, missing], [0, 0]]),
        *weights,
        tf.stack([real_by_time, tf.reverse(real_by_time, [0])], 1)[..., None],
    )
    # (tokens, 2, batch, units) -> (batch, tokens, 2 * units)
    states = tf.concat([states[:, 0], tf.reverse(states[:, 1], [0])], -1)
    return tf.transpose(states[:num_tokens], [1, 0, 2]) * real[:, :, None]


def _run_blocks(blocks: _Blocks) -> Callable[..., tf.Tensor]:
    """A function that runs block after block.

    Its arguments: inputs, `(batch, tokens, dim)`; weights forward and
    backward, each `(dim + units + 1, 4 * units)`; and `real`, `(tokens, 2,
    batch, 1)`: 1 for a token, 0 for padding, which leaves the state as it is.
    It returns the states, `(tokens, 2, batch, units)`.
    """

    @tf.custom_gradient
    def run_blocks(
        inputs: tf.Tensor,
        forward_weights: tf.Tensor,
        backward_weights: tf.Tensor,
        real: tf.Tensor,
    ) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple]]:
        weights = (forward_weights, backward_weights)
        states, cells, gates = _forward(blocks, _by_time(inputs), weights, real)

        def gradient(
            d_states: tf.Tensor,
        ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, None]:
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
            d_inputs, (d_forward_weights, d_backward_weights) = _backward(
                blocks,
                d_states,
                _Past(factors, cells_from_before, gates, real),
                weights,
            )
            return (
                _from_time(d_inputs),
                d_forward_weights,
                d_backward_weights,
                None,
            )

        return states, gradient

    return run_blocks


def _by_time(inputs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Inputs of each direction: `(batch, tokens, dim)` by time.

    Returns:
        Two tensors `(tokens, batch, dim)`, the second in reversed time.
    """
    forward = tf.transpose(inputs, [1, 0, 2])
    return forward, tf.reverse(forward, [0])


def _from_time(d_inputs: _Pair) -> tf.Tensor:
    """The gradient of `_by_time`'s argument from those of its results."""
    forward, backward = d_inputs
    return tf.transpose(forward + tf.reverse(backward, [0]), [1, 0, 2])


def _split(weights: _Pair) -> tuple[_Pair, tf.Tensor, _Pair]:
    """Kernels, recurrent kernels and biases of both directions.

    Returns:
        Kernels, two of `(dim, 4 * units)`; recurrent kernels, `(2, units,
        4 * units)`; biases, two of `(4 * units,)`.
    """
    units = weights[0].shape[1] // 4
    dim = weights[0].shape[0] - units - 1
    return (
        [w[:dim] for w in weights],
        tf.stack([w[dim:-1] for w in weights]),
        [w[-1] for w in weights],
    )


def _block(tensor: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
    return tensor[index * STEPS : (index + 1) * STEPS]


def _forward(
    blocks: _Blocks, inputs: _Pair, weights: _Pair, real: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.TensorArray]:
    """States and cells, `(tokens, 2, batch, units)`; gates by block."""
    kernels, recurrent, biases = _split(weights)
    units = recurrent.shape[1]
    dim, batch = inputs[0].shape[2], tf.shape(inputs[0])[1]
    num_blocks = tf.shape(real)[0] // STEPS

    def body(
        index: tf.Tensor,
        state: tf.Tensor,
        cell: tf.Tensor,
        *arrays: tf.TensorArray,
    ) -> tuple[tf.Tensor | tf.TensorArray, ...]:
        projected = [
            tf.reshape(
                tf.matmul(tf.reshape(_block(x, index), [-1, dim]), kernel)
                + bias,
                [STEPS, batch, 4 * units],
            )
            for x, kernel, bias in zip(inputs, kernels, biases, strict=True)
        ]
        results = blocks.forward(
            projected, recurrent, _block(real, index), Carried(state, cell)
        )
        return (
            index + 1,
            results.states[-1],
            results.cells[-1],
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
            element_shape=[STEPS, 2, inputs[0].shape[1], width],
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


def _backward(
    blocks: _Blocks, d_states: tf.Tensor, past: _Past, weights: _Pair
) -> tuple[_Pair, _Pair]:
    """Gradients of inputs, by time, and of weights, a pair of each."""
    kernels, recurrent, _ = _split(weights)
    transposed = tf.transpose(recurrent, [0, 2, 1])

    def body(
        index: tf.Tensor,
        d_carried: Carried,
        d_weights: _Pair,
        d_inputs: list[tf.TensorArray],
    ) -> tuple[tf.Tensor, Carried, _Pair, list[tf.TensorArray]]:
        d_carried, d_projected = blocks.backward(
            _block(d_states, index),
            Past(
                past.cells[index * STEPS : (index + 1) * STEPS + 1],
                past.gates.read(index),
                _block(past.real, index),
            ),
            transposed,
            d_carried,
        )
        d_block, parts = _through_projection(
            d_projected, kernels, past.factors, index
        )
        return (
            index - 1,
            d_carried,
            [tf.add(*pair) for pair in zip(d_weights, parts, strict=True)],
            [
                array.write(index, d)
                for array, d in zip(d_inputs, d_block, strict=True)
            ],
        )

    num_blocks = tf.shape(past.real)[0] // STEPS
    zeros = tf.zeros_like(past.cells[0])
    dim = kernels[0].shape[0]
    d_inputs = [
        tf.TensorArray(
            past.real.dtype, num_blocks, element_shape=[STEPS, None, dim]
        )
    ] * 2
    _, _, d_weights, d_inputs = tf.while_loop(
        lambda index, *_: index >= 0,
        body,
        (
            num_blocks - 1,
            Carried(zeros, zeros),
            [tf.zeros_like(w) for w in weights],
            d_inputs,
        ),
    )
    return [array.concat() for array in d_inputs], d_weights


def _through_projection(
    d_projected: _Pair, kernels: _Pair, factors: _Pair, index: tf.Tensor
) -> tuple[_Pair, _Pair]:
    """From the gates of a block to its inputs and to the weights.

    Args:
        d_projected: gradients of the gates, `(STEPS, batch, 4 * units)`.
        kernels: `(dim, 4 * units)`.
        factors: of `_factor`.
        index: number of the block.

    Returns:
        Gradients of the inputs, `(STEPS, batch, dim)`, and of the weights;
        like all else here, one of each direction.
    """
    batch, width = tf.shape(d_projected[0])[1], d_projected[0].shape[2]
    rows = [tf.reshape(d, [STEPS * batch, width]) for d in d_projected]
    columns = slice(index * STEPS * batch, (index + 1) * STEPS * batch)
    d_inputs = [
        tf.reshape(
            tf.matmul(d, kernel, transpose_b=True),
            [STEPS, batch, kernel.shape[0]],
        )
        for d, kernel in zip(rows, kernels, strict=True)
    ]
    d_weights = [
        tf.matmul(factor[:, columns], d)
        for factor, d in zip(factors, rows, strict=True)
    ]
    return d_inputs, d_weights


def _factor(inputs: tf.Tensor, states_before: tf.Tensor) -> tf.Tensor:
    """What a direction's gates were made of, `(dim + units + 1, rows)`.

    The gradient of its weights is this times the gradient of the gates.
    Transposed in one go, for a matrix product that transposes by itself is
    slower.
    """
    rows = tf.concat([inputs, states_before, tf.ones_like(inputs[..., :1])], -1)
    return tf.reshape(tf.transpose(rows, [2, 0, 1]), [rows.shape[2], -1])


# What was traced in a graph, for batches of any size, gives no gradient
# outside of one; and TensorFlow would take it there, for it fits.
_run_within, _run_outside = _runner(), _runner()
