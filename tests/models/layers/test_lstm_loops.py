import numpy as np
import pytest
import tensorflow as tf
from helpers import mask_of
from plain_lstm import random_weights, states_in_a_loop

from axml_tf.models.layers import lstm_loops
from axml_tf.models.layers.lstm_blocks import STEPS

DIM, UNITS = 3, 2


def random_case(tokens, batch):
    """Inputs, and the weights of both directions."""
    rng = np.random.default_rng(tokens)
    inputs = tf.constant(rng.normal(size=(batch, tokens, DIM)), tf.float32)
    return inputs, [random_weights(DIM, UNITS, seed) for seed in (1, 2)]


def in_one_matrix(weights):
    return tf.concat([weights.kernel, weights.recurrent, weights.bias[None]], 0)


# Of one block, and of two with a rest.
@pytest.mark.parametrize(
    "lengths", [[4, 2, 0], [STEPS + 3, STEPS, STEPS - 1, 1]]
)
@pytest.mark.parametrize("in_graph", [False, True])
def test_states_and_gradients_are_those_of_a_plain_loop(lengths, in_graph):
    tokens = max(lengths)
    inputs, (forward, backward) = random_case(tokens, len(lengths))
    upstream = tf.constant(
        np.random.default_rng(0).normal(size=(len(lengths), tokens, 2 * UNITS)),
        tf.float32,
    )
    with tf.GradientTape() as tape:
        tape.watch([inputs, forward, backward])
        expected = states_in_a_loop(inputs, lengths, forward, backward)
        total = tf.reduce_sum(expected * upstream)
    d_inputs, *d_weights = tape.gradient(total, [inputs, forward, backward])
    expected_gradients = [d_inputs, *map(in_one_matrix, d_weights)]

    mask = tf.constant(mask_of(lengths, tokens))

    def states_and_gradients(inputs, *weights):
        with tf.GradientTape() as tape:
            tape.watch([inputs, *weights])
            states = lstm_loops.run(inputs, mask, *weights)
            total = tf.reduce_sum(states * upstream)
        return states, tape.gradient(total, [inputs, *weights])

    if in_graph:
        states_and_gradients = tf.function(states_and_gradients)
    states, gradients = states_and_gradients(
        inputs, in_one_matrix(forward), in_one_matrix(backward)
    )
    np.testing.assert_allclose(states, expected, rtol=1e-5, atol=1e-6)
    for gradient, other in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_allclose(gradient, other, rtol=1e-4, atol=1e-5)


def test_one_compiled_block_serves_documents_of_any_length(monkeypatch):
    traced = []
    run_forward = lstm_loops.run_forward

    def spy(projected, recurrent, real, before):
        traced.append(real.shape)
        return run_forward(projected, recurrent, real, before)

    monkeypatch.setattr(lstm_loops, "run_forward", spy)
    runner = lstm_loops._runner()
    for tokens in (1, STEPS, 3 * STEPS + 1):
        inputs, weights = random_case(tokens, 2)
        mask = tf.ones([2, tokens], tf.bool)
        states = runner(inputs, mask, *map(in_one_matrix, weights))
        assert states.shape == (2, tokens, 2 * UNITS)
    assert len(traced) == 1
