import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import attend_in_a_loop, mask_of, set_random_weights

from axml_tf.models.label_head.label_head import LabelHead

TOKENS, KEY_DIM, NUM_LABELS = 5, 4, 7
MASK = mask_of([5, 3, 0], TOKENS)


def random_case(fc_dims, label_bias, dtype=None):
    """A head, BiLSTM states, and W1, which the head does not hold."""
    rng = np.random.default_rng(2)
    states = rng.normal(size=(3, TOKENS, KEY_DIM)).astype("float32")
    first_kernel = rng.normal(size=(KEY_DIM, fc_dims[0])).astype("float32")
    head = LabelHead(NUM_LABELS, fc_dims, label_bias, dtype=dtype)
    head.build(states.shape, (3, TOKENS, fc_dims[0]))
    set_random_weights(head, scale=0.7)
    return head, states, first_kernel


def paper_form(head, states, first_kernel, mask):
    """Equations 4 and 5 in their order: attend to the states, then W1."""
    weights = {w.name: w.numpy() for w in head.weights}
    attended = attend_in_a_loop(weights["label_vectors"], states, states, mask)
    layers = [(first_kernel, weights["fully_connected_1_bias"])]
    if "fully_connected_2_kernel" in weights:
        layers.append(
            (
                weights["fully_connected_2_kernel"],
                weights["fully_connected_2_bias"],
            )
        )
    logits = np.zeros((len(states), NUM_LABELS))
    for document in range(len(states)):
        for label in range(NUM_LABELS):
            hidden = attended[document, label]
            for kernel, bias in layers:
                hidden = np.maximum(hidden @ kernel + bias, 0)
            logit = hidden @ weights["output_kernel"][:, 0]
            logits[document, label] = logit + weights["output_bias"][0]
            if "label_biases" in weights:
                logits[document, label] += weights["label_biases"][label]
    return logits


@pytest.mark.parametrize("label_bias", [False, True])
@pytest.mark.parametrize("fc_dims", [(6,), (6, 5)])
def test_value_projection_equals_the_form_of_the_paper(fc_dims, label_bias):
    head, states, first_kernel = random_case(fc_dims, label_bias)
    expected = paper_form(head, states, first_kernel, MASK)
    logits = head(states, states @ first_kernel, mask=MASK)
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-5)


def test_padding_does_not_change_logits():
    head, states, first_kernel = random_case((6,), True)
    values = states @ first_kernel
    longer = [
        np.concatenate([x, np.full_like(x, 50.0)], axis=1)
        for x in (states, values)
    ]
    longer_mask = np.concatenate([MASK, np.zeros_like(MASK)], axis=1)
    np.testing.assert_allclose(
        head(*longer, mask=longer_mask),
        head(states, values, mask=MASK),
        rtol=1e-5,
        atol=1e-6,
    )


@pytest.mark.parametrize("fc_dims", [(6,), (6, 5)])
def test_mixed_precision_is_close_and_gives_float32(fc_dims):
    head, states, first_kernel = random_case(fc_dims, True)
    mixed, *_ = random_case(fc_dims, True, dtype="mixed_bfloat16")
    values = states @ first_kernel
    logits = mixed(states, values, mask=MASK)
    assert logits.dtype == "float32"
    assert {w.dtype for w in mixed.weights} == {"float32"}
    np.testing.assert_allclose(
        logits, head(states, values, mask=MASK), atol=0.1
    )


def test_label_biases_keep_float32_in_mixed_precision():
    head, states, first_kernel = random_case((6,), True, "mixed_bfloat16")
    values = tf.constant(states @ first_kernel)
    before = head(states, values, mask=MASK).numpy()
    # Less than bfloat16 can tell from 8.
    head.label_biases.assign(head.label_biases + 8.0)
    near = head(states, values, mask=MASK).numpy()
    head.label_biases.assign(head.label_biases + 0.01)
    after = head(states, values, mask=MASK).numpy()
    np.testing.assert_allclose(near - before, 8.0, atol=1e-4)
    np.testing.assert_allclose(after - near, 0.01, atol=1e-4)


def test_symbolic_output_has_the_shape_of_the_real_one():
    keys = keras.Input((None, KEY_DIM))
    values = keras.Input((None, 6))
    logits = LabelHead(NUM_LABELS, (6,))(keys, values)
    assert logits.shape == (None, NUM_LABELS)
    assert logits.dtype == "float32"


def test_head_saves_and_reloads():
    head, states, first_kernel = random_case((6, 5), True)
    values = states @ first_kernel
    again = keras.layers.deserialize(keras.layers.serialize(head))
    again.set_weights(head.get_weights())
    assert again.get_config() == head.get_config()
    np.testing.assert_array_equal(
        again(states, values, mask=MASK), head(states, values, mask=MASK)
    )


@pytest.mark.parametrize("fc_dims", [(), (3, 2, 1)])
def test_only_one_or_two_fully_connected_layers_are_allowed(fc_dims):
    with pytest.raises(ValueError) as error:
        LabelHead(NUM_LABELS, fc_dims)
    assert str(error.value) == (
        f"`fc_dims` must name one or two layers. Received: fc_dims={fc_dims}"
    )


def test_values_must_have_the_width_of_the_first_layer():
    head = LabelHead(NUM_LABELS, (6,))
    with pytest.raises(ValueError) as error:
        head.build((3, TOKENS, KEY_DIM), (3, TOKENS, 5))
    assert str(error.value) == (
        "`values` must be as wide as the first fully connected layer. "
        "Received: width=5, fc_dims=(6,)"
    )
