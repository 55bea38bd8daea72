import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import mask_of, set_random_weights

from axml_tf.models.layers import lstm_blocks
from axml_tf.models.layers.bidirectional_lstm import BidirectionalLSTM

UNITS, DIM, TOKENS = 3, 4, 6
MASK = mask_of([6, 4, 1, 0], TOKENS)

both_forms = pytest.mark.parametrize("jit_compile", [False, True])


def random_inputs(tokens=TOKENS):
    rng = np.random.default_rng(3)
    return rng.normal(size=(4, tokens, DIM)).astype("float32")


def built(jit_compile):
    layer = BidirectionalLSTM(UNITS, jit_compile=jit_compile)
    layer.build((None, None, DIM))
    set_random_weights(layer)
    return layer


def keras_layer():
    layer = keras.layers.Bidirectional(
        keras.layers.LSTM(UNITS, return_sequences=True)
    )
    layer.build((None, None, DIM))
    return layer


def states_and_gradients(layer, inputs, mask, upstream):
    """States, 0 at padding, and the gradients of inputs and weights."""
    inputs, mask = map(tf.convert_to_tensor, (inputs, mask))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        states = layer(inputs, mask=mask)
        states *= tf.cast(mask, states.dtype)[:, :, None]
        total = tf.reduce_sum(states * upstream)
    variables = [w.value for w in layer.trainable_weights]
    return states, tape.gradient(total, [inputs, *variables])


# The compiled loop goes in blocks of 25 steps: documents shorter than one, of
# exactly one, a step more and less, two, and two with a rest.
assert lstm_blocks.STEPS == 25


@pytest.mark.parametrize("in_graph", [False, True])
@pytest.mark.parametrize(
    "lengths",
    [
        [6, 4, 1, 0],
        [24, 23, 1, 0],
        # Ends at a border of blocks, just before it, just behind it.
        [25, 24, 1, 0],
        [26, 25, 24, 0],
        [50, 26, 25, 24],
        [60, 51, 50, 49],
        [60, 26, 25, 0],
    ],
)
@both_forms
def test_states_and_gradients_equal_those_of_keras(
    jit_compile, lengths, in_graph
):
    layer, reference = built(jit_compile), keras_layer()
    # The same weights in the same order.
    reference.set_weights(layer.get_weights())
    tokens = max(lengths)
    inputs, mask = random_inputs(tokens), mask_of(lengths, tokens)
    upstream = np.random.default_rng(4).normal(size=(4, tokens, 2 * UNITS))
    upstream = upstream.astype("float32")
    expected, expected_gradients = states_and_gradients(
        reference, inputs, mask, upstream
    )

    def call(inputs, mask, upstream):
        return states_and_gradients(layer, inputs, mask, upstream)

    if in_graph:
        call = tf.function(call)
    states, gradients = call(inputs, mask, upstream)
    np.testing.assert_allclose(states, expected, rtol=1e-5, atol=1e-6)
    assert len(gradients) == len(expected_gradients) == 7
    for gradient, other in zip(gradients, expected_gradients, strict=True):
        # Weights' gradients are sums over all tokens.
        scale = max(1, np.abs(other).max())
        np.testing.assert_allclose(
            gradient, other, rtol=1e-5, atol=1e-6 * scale
        )


@both_forms
def test_weights_of_the_keras_layer_fit(jit_compile):
    layer, reference = built(jit_compile), keras_layer()
    set_random_weights(reference, seed=9)
    layer.set_weights(reference.get_weights())
    inputs, mask = random_inputs(), np.ones_like(MASK)
    np.testing.assert_allclose(
        layer(inputs, mask=mask), reference(inputs), atol=1e-6
    )


@both_forms
def test_states_are_zero_at_padding(jit_compile):
    states = built(jit_compile)(random_inputs(), mask=MASK).numpy()
    assert not states[~MASK].any()
    assert states[MASK].all()


# Within the block, to its end, and beyond it.
@pytest.mark.parametrize("added", [6, 19, 20, 54])
@both_forms
def test_padding_does_not_change_states(jit_compile, added):
    layer, inputs = built(jit_compile), random_inputs()
    longer = np.pad(inputs, [(0, 0), (0, added), (0, 0)], constant_values=7.0)
    longer_mask = np.pad(MASK, [(0, 0), (0, added)])
    states = layer(longer, mask=longer_mask)
    np.testing.assert_allclose(
        states[:, :TOKENS], layer(inputs, mask=MASK), atol=1e-6
    )
    assert not np.any(states[:, TOKENS:])


@both_forms
def test_number_of_tokens_may_be_unknown_in_a_graph(jit_compile):
    layer = built(jit_compile)
    call = tf.function(
        lambda inputs, mask: layer(inputs, mask=mask),
        input_signature=[
            tf.TensorSpec([None, None, DIM]),
            tf.TensorSpec([None, None], tf.bool),
        ],
    )
    for tokens in (2, TOKENS, 25, 60):
        inputs = random_inputs(tokens)
        mask = mask_of([tokens, tokens - 1, 1, 0], tokens)
        np.testing.assert_allclose(
            call(inputs, mask), layer(inputs, mask=mask), atol=1e-6
        )


def test_symbolic_output_has_the_shape_of_the_real_one():
    inputs = keras.Input((None, DIM))
    mask = keras.Input((None,), dtype="bool")
    states = BidirectionalLSTM(UNITS)(inputs, mask=mask)
    assert states.shape == (None, None, 2 * UNITS)


def test_layer_saves_and_reloads():
    layer = built(jit_compile=True)
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    again.set_weights(layer.get_weights())
    assert (again.units, again.jit_compile) == (UNITS, True)
    inputs = random_inputs()
    np.testing.assert_array_equal(
        again(inputs, mask=MASK), layer(inputs, mask=MASK)
    )


@both_forms
def test_gradients_outside_a_graph_follow_those_within_one(jit_compile):
    layer = built(jit_compile)
    inputs = random_inputs()
    upstream = np.ones((4, TOKENS, 2 * UNITS), "float32")
    # Of batches of any size, as training makes its step.
    within = tf.function(
        lambda *arguments: states_and_gradients(layer, *arguments),
        input_signature=[
            tf.TensorSpec([None, None, DIM]),
            tf.TensorSpec([None, None], tf.bool),
            tf.TensorSpec([None, None, 2 * UNITS]),
        ],
    )
    states, expected = within(inputs, MASK, upstream)
    again, gradients = states_and_gradients(layer, inputs, MASK, upstream)
    np.testing.assert_allclose(again, states, atol=1e-6)
    for gradient, value in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(gradient, value, atol=1e-6)
