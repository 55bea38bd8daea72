"""A bidirectional LSTM of TensorFlow's plainest ops, for graphs that travel.

No compiler is needed, and the same graph runs on CPU and GPU. What all steps
share, the product of inputs and kernel, stands outside of the loop; a turn of
it makes several steps, for at a batch of one the loop itself costs as much as
its matrix products.
"""

import keras
import tensorflow as tf

# Steps of a turn. More make the graph larger and hardly faster.
_STEPS = 5


def run(
    inputs: tf.Tensor,
    mask: tf.Tensor,
    forward_cell: keras.layers.LSTMCell,
    backward_cell: keras.layers.LSTMCell,
) -> tf.Tensor:
    """States of a bidirectional LSTM.

    Args:
        inputs: `(batch, tokens, dim)`.
        mask: boolean `(batch, tokens)`; padding stands at the end.
        forward_cell: its weights.
        backward_cell: its weights.

    Returns:
        `(batch, tokens, 2 * units)`, 0 at padding.
    """
    lengths = tf.reduce_sum(tf.cast(mask, tf.int32), axis=1)
    # Padding comes last in either direction, so no step needs a mask.
    backward = _states(_reverse(inputs, lengths), backward_cell)
    states = [_states(inputs, forward_cell), _reverse(backward, lengths)]
    return tf.where(mask[:, :, None], tf.concat(states, -1), 0.0)


def _reverse(sequences: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    return tf.reverse_sequence(sequences, lengths, seq_axis=1, batch_axis=0)


def _states(inputs: tf.Tensor, cell: keras.layers.LSTMCell) -> tf.Tensor:
    """States of one direction, `(batch, tokens, units)`."""
    units, dim = cell.units, inputs.shape[2]
    batch, tokens, _ = tf.unstack(tf.shape(inputs))
    num_turns = -(-tokens // _STEPS)
    missing = num_turns * _STEPS - tokens
    # (batch, tokens, dim) -> (tokens, batch, dim)
    by_time = tf.pad(
        tf.transpose(inputs, [1, 0, 2]), [[0, missing], [0, 0], [0, 0]]
    )
    projected = tf.reshape(
        tf.matmul(tf.reshape(by_time, [-1, dim]), cell.kernel) + cell.bias,
        [num_turns, _STEPS, batch, 4 * units],
    )
    recurrent = tf.convert_to_tensor(cell.recurrent_kernel)

    def turn(
        index: tf.Tensor,
        state: tf.Tensor,
        memory: tf.Tensor,
        states: tf.TensorArray,
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.TensorArray]:
        of_turn = []
        for of_step in tf.unstack(projected[index], _STEPS):
            gates = of_step + tf.matmul(state, recurrent)
            # In Keras' order: input and forget, cell, output.
            squashed, new, output = tf.split(
                gates, [2 * units, units, units], 1
            )
            keep_new, keep_old = tf.split(tf.sigmoid(squashed), 2, 1)
            memory = keep_old * memory + keep_new * tf.tanh(new)
            state = tf.sigmoid(output) * tf.tanh(memory)
            of_turn.append(state)
        return (
            index + 1,
            state,
            memory,
            states.write(index, tf.stack(of_turn)),
        )

    start = tf.zeros([batch, units], inputs.dtype)
    of_any_batch = tf.TensorShape([inputs.shape[0], units])
    *_, states = tf.while_loop(
        lambda index, *_: index < num_turns,
        turn,
        (
            0,
            start,
            start,
            tf.TensorArray(
                inputs.dtype,
                num_turns,
                element_shape=[_STEPS, inputs.shape[0], units],
            ),
        ),
        shape_invariants=(
            tf.TensorShape([]),
            of_any_batch,
            of_any_batch,
            tf.TensorShape(None),
        ),
    )
    # (tokens, batch, units) -> (batch, tokens, units)
    return tf.transpose(states.concat()[:tokens], [1, 0, 2])
