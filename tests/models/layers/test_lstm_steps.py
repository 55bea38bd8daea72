import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import mask_of
from plain_lstm import random_weights, states_in_a_loop

from axml_tf.models.layers import lstm_steps

DIM, UNITS = 3, 2


def cell_of(weights):
    cell = keras.layers.LSTMCell(UNITS)
    cell.build((None, DIM))
    cell.set_weights([x.numpy() for x in weights])
    return cell


@pytest.fixture(scope="module")
def directions():
    """Weights of both directions, and cells with them."""
    weights = [random_weights(DIM, UNITS, seed) for seed in (3, 4)]
    return weights, [cell_of(w) for w in weights]


def random_inputs(lengths):
    rng = np.random.default_rng(0)
    shape = (len(lengths), max(lengths), DIM)
    return tf.constant(rng.normal(size=shape), tf.float32)


# A turn of the loop makes 5 steps: fewer, as many, and some more.
@pytest.mark.parametrize(
    "lengths", [[1, 1], [5, 3, 0], [7, 6, 5, 1], [13, 10, 11]]
)
def test_states_are_those_of_a_plain_loop(lengths, directions):
    weights, cells = directions
    inputs = random_inputs(lengths)
    mask = tf.constant(mask_of(lengths, max(lengths)))
    np.testing.assert_allclose(
        lstm_steps.run(inputs, mask, *cells),
        states_in_a_loop(inputs, lengths, *weights),
        rtol=1e-5,
        atol=1e-6,
    )


def test_graph_takes_any_shape_and_needs_no_compiler(directions):
    weights, cells = directions
    graph = tf.function(
        lambda inputs, mask: lstm_steps.run(inputs, mask, *cells),
        input_signature=[
            tf.TensorSpec([None, None, DIM]),
            tf.TensorSpec([None, None], tf.bool),
        ],
    )
    for lengths in ([1], [8, 2, 6]):
        inputs = random_inputs(lengths)
        np.testing.assert_allclose(
            graph(inputs, mask_of(lengths, max(lengths))),
            states_in_a_loop(inputs, lengths, *weights),
            rtol=1e-5,
            atol=1e-6,
        )
    assert "XlaMustCompile" not in str(
        graph.get_concrete_function().graph.as_graph_def()
    )
