import numpy as np
import pytest
import tensorflow as tf
from helpers import mask_of, set_random_weights

from axml_tf import chunked_loss
from axml_tf.chunked_loss import head_cross_entropy_sum
from axml_tf.layers.label_head import LabelHead
from axml_tf.losses import cross_entropy_sum, multi_hot

BATCH, TOKENS, KEY_DIM, NUM_LABELS = 4, 5, 6, 11
# A full, a padded and an empty document, and a row that none fills.
MASK = tf.constant(mask_of([5, 3, 0, 0], TOKENS))
WEIGHTS = tf.constant([1.0, 1.0, 1.0, 0.0])
# 12 was never seen in training.
LABEL_IDS = tf.constant([[0, 4, 10], [3, 12, -1], [7, -1, -1], [-1, -1, -1]])


def random_case(fc_dims=(8,), label_bias=True, dtype=None):
    rng = np.random.default_rng(5)
    head = LabelHead(NUM_LABELS, fc_dims, label_bias, dtype=dtype)
    head.build((BATCH, TOKENS, KEY_DIM), (BATCH, TOKENS, fc_dims[0]))
    set_random_weights(head)
    keys, values = (
        tf.constant(rng.normal(size=(BATCH, TOKENS, width)), tf.float32)
        for width in (KEY_DIM, fc_dims[0])
    )
    return head, keys, values


def set_chunk_size(monkeypatch, labels):
    monkeypatch.setattr(
        chunked_loss, "_CHUNK_ELEMENTS", labels * BATCH * TOKENS
    )


def plain_form(head, keys, values):
    """All labels at once, differentiated by TensorFlow."""
    logits = head(keys, values, mask=MASK)
    targets = multi_hot(LABEL_IDS, NUM_LABELS)
    return cross_entropy_sum(logits, targets, WEIGHTS)


def chunked_form(head, keys, values):
    return head_cross_entropy_sum(head, keys, values, MASK, LABEL_IDS, WEIGHTS)


def loss_and_gradients(form, head, keys, values):
    """Of a multiple of the loss; every gradient by name."""
    with tf.GradientTape() as tape:
        tape.watch([keys, values])
        loss = 3.0 * form(head, keys, values)
    inputs = {"keys": keys, "values": values}
    inputs |= {w.name: w.value for w in head.weights}
    return loss, tape.gradient(loss, inputs)


def assert_equal_to_plain_form(head, keys, values, form=chunked_form):
    expected, expected_gradients = loss_and_gradients(
        plain_form, head, keys, values
    )
    loss, gradients = loss_and_gradients(form, head, keys, values)
    np.testing.assert_allclose(loss, expected, rtol=1e-6)
    assert gradients.keys() == expected_gradients.keys()
    for name, gradient in gradients.items():
        np.testing.assert_allclose(
            gradient,
            expected_gradients[name],
            rtol=1e-4,
            atol=2e-6,
            err_msg=name,
        )


# 11 labels: one at a time, in chunks that leave a rest, all at once, and
# room for more than there are.
@pytest.mark.parametrize("chunk", [1, 4, 11, 100])
def test_loss_and_gradients_equal_the_plain_form(chunk, monkeypatch):
    set_chunk_size(monkeypatch, chunk)
    assert_equal_to_plain_form(*random_case())


@pytest.mark.parametrize("label_bias", [False, True])
@pytest.mark.parametrize("fc_dims", [(8,), (8, 5)])
def test_every_kind_of_head_equals_the_plain_form(
    fc_dims, label_bias, monkeypatch
):
    set_chunk_size(monkeypatch, 3)
    assert_equal_to_plain_form(*random_case(fc_dims, label_bias))


def test_graph_equals_the_plain_form(monkeypatch):
    set_chunk_size(monkeypatch, 4)
    head, keys, values = random_case()
    shapes = [tf.TensorSpec([None, None, x.shape[-1]]) for x in (keys, values)]
    graph = tf.function(
        lambda keys, values: chunked_form(head, keys, values),
        input_signature=shapes,
    )
    assert_equal_to_plain_form(
        head, keys, values, form=lambda _, keys, values: graph(keys, values)
    )


def test_chunks_hold_no_more_than_they_may(monkeypatch):
    seen = []
    chunk_gradients = chunked_loss._chunk_gradients

    def spy(tokens, parameters, targets):
        seen.append(int(parameters[0].shape[0]))
        return chunk_gradients(tokens, parameters, targets)

    monkeypatch.setattr(chunked_loss, "_chunk_gradients", spy)
    for elements, expected in (
        (4 * BATCH * TOKENS, [4, 4, 3]),
        (5 * BATCH * TOKENS - 1, [4, 4, 3]),
        # At least one label, however long the documents.
        (1, [1] * 11),
    ):
        monkeypatch.setattr(chunked_loss, "_CHUNK_ELEMENTS", elements)
        seen.clear()
        chunked_form(*random_case())
        assert seen == expected


def test_row_without_a_document_has_no_gradient(monkeypatch):
    set_chunk_size(monkeypatch, 4)
    head, keys, values = random_case()
    full = tf.ones_like(MASK)
    with tf.GradientTape() as tape:
        tape.watch([keys, values])
        loss = head_cross_entropy_sum(
            head, keys, values, full, LABEL_IDS, WEIGHTS
        )
    for gradient in tape.gradient(loss, [keys, values]):
        assert not np.any(gradient[3])
        assert np.all(np.any(gradient[:3], axis=(1, 2)))


def test_padding_has_no_gradient(monkeypatch):
    set_chunk_size(monkeypatch, 4)
    _, gradients = loss_and_gradients(chunked_form, *random_case())
    for name in ("keys", "values"):
        assert not gradients[name].numpy()[~MASK.numpy()].any()


def test_mixed_precision_is_close(monkeypatch):
    set_chunk_size(monkeypatch, 4)
    expected, expected_gradients = loss_and_gradients(
        plain_form, *random_case((8, 5))
    )
    loss, gradients = loss_and_gradients(
        chunked_form, *random_case((8, 5), dtype="mixed_bfloat16")
    )
    assert loss.dtype == tf.float32
    np.testing.assert_allclose(loss, expected, rtol=5e-3)
    for name, gradient in gradients.items():
        assert gradient.dtype == tf.float32
        other = expected_gradients[name]
        distance = np.linalg.norm(gradient - other) / np.linalg.norm(other)
        assert distance < 0.03, name
