import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import attend_in_a_loop, mask_of, set_random_weights

from axml_tf.models.layers.multi_label_attention import MultiLabelAttention

TOKENS = 5
MASK = mask_of([5, 2, 0], TOKENS)


def random_case(value_dim=3, num_labels=6, key_dim=4):
    rng = np.random.default_rng(1)
    keys = rng.normal(size=(3, TOKENS, key_dim)).astype("float32")
    values = rng.normal(size=(3, TOKENS, value_dim)).astype("float32")
    layer = MultiLabelAttention(num_labels)
    layer.build(keys.shape, values.shape)
    set_random_weights(layer, scale=1.0)
    return layer, keys, values


def test_attention_equals_a_plain_loop_of_equation_4():
    layer, keys, values = random_case()
    expected = attend_in_a_loop(layer.label_vectors.numpy(), keys, values, MASK)
    output = layer(keys, values, mask=MASK)
    np.testing.assert_allclose(output, expected, rtol=1e-5, atol=1e-6)


def test_without_a_mask_every_token_is_attended_to():
    layer, keys, values = random_case()
    everything = np.ones_like(MASK)
    expected = attend_in_a_loop(
        layer.label_vectors.numpy(), keys, values, everything
    )
    np.testing.assert_allclose(
        layer(keys, values), expected, rtol=1e-5, atol=1e-6
    )


def test_padding_does_not_change_attention():
    layer, keys, values = random_case()
    padding = np.full((3, 4, 1), 1e3, "float32")
    longer_keys = np.concatenate([keys, np.tile(padding, (1, 1, 4))], axis=1)
    longer_values = np.concatenate(
        [values, np.tile(padding, (1, 1, 3))], axis=1
    )
    longer_mask = np.pad(MASK, [(0, 0), (0, 4)])
    np.testing.assert_allclose(
        layer(longer_keys, longer_values, mask=longer_mask),
        layer(keys, values, mask=MASK),
        rtol=1e-6,
        atol=1e-7,
    )


def test_empty_document_gives_zeros_and_finite_gradients():
    layer, keys, values = random_case()
    keys, values = tf.constant(keys), tf.constant(values)
    with tf.GradientTape() as tape:
        tape.watch([keys, values])
        output = layer(keys, values, mask=MASK)
        total = tf.reduce_sum(output**2)
    assert not np.any(output[2])
    inputs = [keys, values, layer.label_vectors.value]
    for gradient in tape.gradient(total, inputs):
        assert np.all(np.isfinite(gradient))


def test_weights_sum_to_one_and_are_zero_at_padding():
    layer, keys, _ = random_case()
    alpha = layer.attention_weights(layer.label_vectors, keys, MASK).numpy()
    assert alpha.shape == (3, 6, TOKENS)
    np.testing.assert_allclose(alpha[:2].sum(-1), 1, rtol=1e-6)
    hidden = np.broadcast_to(~MASK[:, None, :], alpha.shape)
    assert not alpha[hidden].any()


def test_label_vectors_may_differ_by_document():
    layer, keys, _ = random_case()
    vectors = layer.label_vectors.numpy()
    # The labels in question, one row per document.
    wanted = np.array([[0, 3], [5, 1], [2, 2]])
    alpha = layer.attention_weights(vectors[wanted], keys, MASK).numpy()
    everything = layer.attention_weights(vectors, keys, MASK).numpy()
    for document, labels in enumerate(wanted):
        np.testing.assert_allclose(
            alpha[document], everything[document, labels], rtol=1e-5, atol=1e-7
        )


def test_large_scores_stay_finite():
    layer, keys, values = random_case()
    output = layer(keys * 1e4, values, mask=MASK)
    assert np.all(np.isfinite(output))


def mixed_copy(layer, dtype):
    mixed = MultiLabelAttention(6, dtype=f"mixed_{dtype}")
    mixed.build((3, TOKENS, 4), (3, TOKENS, 3))
    mixed.set_weights(layer.get_weights())
    return mixed


# bfloat16 has 8 bits of precision, float16 has 11.
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("bfloat16", 3e-2), ("float16", 4e-3)]
)
def test_mixed_precision_is_close(dtype, tolerance):
    layer, keys, values = random_case()
    mixed = mixed_copy(layer, dtype)
    output = mixed(keys, values, mask=MASK)
    assert output.dtype == dtype
    assert mixed.label_vectors.dtype == "float32"
    np.testing.assert_allclose(
        tf.cast(output, "float32"),
        layer(keys, values, mask=MASK),
        atol=tolerance,
    )


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_empty_document_gives_zeros_in_mixed_precision(dtype):
    layer, keys, values = random_case()
    mixed = mixed_copy(layer, dtype)
    keys, values = tf.constant(keys), tf.constant(values)
    with tf.GradientTape() as tape:
        tape.watch([keys, values])
        output = mixed(keys, values, mask=MASK)
        total = tf.reduce_sum(output**2)
    assert not np.any(tf.cast(output[2], "float32"))
    assert np.all(np.isfinite(tf.cast(output, "float32")))
    inputs = [keys, values, mixed.label_vectors.value]
    for gradient in tape.gradient(total, inputs):
        assert np.all(np.isfinite(gradient))


def test_the_mask_ends_here():
    tokens = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(9, 4, mask_zero=True)(tokens)
    assert embedded._keras_mask is not None
    attended = MultiLabelAttention(6)(embedded, embedded)
    assert getattr(attended, "_keras_mask", None) is None
    assert attended.shape == (None, 6, 4)


def test_layer_saves_and_reloads():
    layer, keys, values = random_case()
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    again.set_weights(layer.get_weights())
    assert (again.num_labels, again.name) == (6, layer.name)
    np.testing.assert_array_equal(
        again(keys, values, mask=MASK), layer(keys, values, mask=MASK)
    )


def test_number_of_labels_must_be_positive():
    with pytest.raises(
        ValueError,
        match=r"`num_labels` must be a positive integer\. "
        r"Received: num_labels=0",
    ):
        MultiLabelAttention(0)
