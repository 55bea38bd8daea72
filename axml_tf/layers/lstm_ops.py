"""A bidirectional LSTM of TensorFlow's own ops, for graphs that travel.

`BlockLSTM` runs a direction's whole sequence in one op, which every build of
TensorFlow has: no compiler, no loop of small ops, the same graph on CPU and
GPU. Its second version, `BlockLSTMV2`, has a wrong gradient on CPUs.
"""

import keras
import tensorflow as tf


def run(
    inputs: tf.Tensor,
    mask: tf.Tensor,
    forward_cell: keras.layers.LSTMCell,
    backward_cell: keras.layers.LSTMCell,
) -> tf.Tensor:
    """States of a bidirectional LSTM.

    Args:
        inputs: `(batch, tokens, dim)`, at least one token.
        mask: boolean `(batch, tokens)`; padding stands at the end.
        forward_cell: its weights.
        backward_cell: its weights.

    Returns:
        `(batch, tokens, 2 * units)`, 0 at padding.
    """
    lengths = tf.reduce_sum(tf.cast(mask, tf.int32), axis=1)
    # Padding comes last in either direction, so no state needs a mask.
    backward = _reverse(
        _states(_reverse(inputs, lengths), backward_cell), lengths
    )
    states = tf.concat([_states(inputs, forward_cell), backward], -1)
    return tf.where(mask[:, :, None], states, 0.0)


def _reverse(sequences: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    return tf.reverse_sequence(sequences, lengths, seq_axis=1, batch_axis=0)


def _states(inputs: tf.Tensor, cell: keras.layers.LSTMCell) -> tf.Tensor:
    """States of one direction, `(batch, tokens, units)`."""
    batch, tokens, _ = tf.unstack(tf.shape(inputs))
    start = tf.zeros([batch, cell.units])
    no_peephole = tf.zeros([cell.units])
    weights = tf.concat([cell.kernel, cell.recurrent_kernel], 0)
    by_time = tf.raw_ops.BlockLSTM(
        seq_len_max=tf.cast(tokens, tf.int64),
        x=tf.transpose(inputs, [1, 0, 2]),
        cs_prev=start,
        h_prev=start,
        w=_gates_in_order(weights),
        wci=no_peephole,
        wcf=no_peephole,
        wco=no_peephole,
        b=_gates_in_order(tf.convert_to_tensor(cell.bias)),
        forget_bias=0.0,  # Keras has it in the bias.
        cell_clip=-1.0,
    )
    return tf.transpose(by_time.h, [1, 0, 2])


def _gates_in_order(weights: tf.Tensor) -> tf.Tensor:
    """From Keras' order, input, forget, cell, output, to that of the op."""
    i, f, c, o = tf.split(weights, 4, axis=-1)
    return tf.concat([i, c, f, o], -1)
