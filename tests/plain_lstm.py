"""An LSTM as its equations stand: word after word, document after document."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf


class Weights(NamedTuple):
    """Of one direction; gates in Keras' order.

    Attributes:
        kernel: of shape `(dim, 4 * units)`.
        recurrent: of shape `(units, 4 * units)`.
        bias: of shape `(4 * units,)`.
    """

    kernel: tf.Tensor
    recurrent: tf.Tensor
    bias: tf.Tensor


def random_weights(dim: int, units: int, seed: int) -> Weights:
    rng = np.random.default_rng(seed)
    shapes = ((dim, 4 * units), (units, 4 * units), (4 * units,))
    return Weights(
        *(
            tf.constant(rng.normal(0, 0.7, shape), tf.float32)
            for shape in shapes
        )
    )


def step_in_a_loop(projected, recurrent, state, cell):
    """A step of some rows: state and cell after it."""
    i, f, g, o = tf.split(projected + state @ recurrent, 4, axis=-1)
    cell = tf.sigmoid(f) * cell + tf.sigmoid(i) * tf.tanh(g)
    return tf.sigmoid(o) * tf.tanh(cell), cell


def states_in_a_loop(inputs, lengths, forward, backward) -> tf.Tensor:
    """States of both directions, 0 at padding; TensorFlow can differentiate.

    Args:
        inputs: of shape `(batch, tokens, dim)`.
        lengths: of the documents.
        forward: its `Weights`.
        backward: its `Weights`.

    Returns:
        `(batch, tokens, 2 * units)`.
    """
    tokens, units = inputs.shape[1], forward.recurrent.shape[0]
    documents = []
    for row, length in enumerate(lengths):
        directions = []
        for weights, places in (
            (forward, range(length)),
            (backward, reversed(range(length))),
        ):
            state = cell = tf.zeros([1, units])
            states = [tf.zeros([1, units])] * tokens
            for place in places:
                words = inputs[row, place][None]
                state, cell = step_in_a_loop(
                    words @ weights.kernel + weights.bias,
                    weights.recurrent,
                    state,
                    cell,
                )
                states[place] = state
            directions.append(tf.concat(states, 0))
        documents.append(tf.concat(directions, 1))
    return tf.stack(documents)
