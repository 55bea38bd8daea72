import math

import numpy as np
import pytest
import tensorflow as tf
from helpers import mask_of, recorded_shapes, set_random_weights

from axml_tf.models.label_head import chunked_loss, label_chunks
from axml_tf.models.label_head.chunked_loss import head_cross_entropy_sum
from axml_tf.models.label_head.label_head import LabelHead
from axml_tf.models.losses import cross_entropy_sum, multi_hot

BATCH, TOKENS, KEY_DIM, NUM_LABELS = 5, 5, 6, 11
# Full, padded and empty documents, and a row that none fills.
MASK = tf.constant(mask_of([5, 3, 0, 1, 0], TOKENS))
WEIGHTS = tf.constant([1.0, 1.0, 1.0, 1.0, 0.0])
# 12 was never seen in training.
LABEL_IDS = tf.constant(
    [[0, 4, 10], [3, 12, -1], [7, -1, -1], [-1, -1, -1], [-1, -1, -1]]
)


def random_case(
    fc_dims=(8,), label_bias=True, dtype=None, num_labels=NUM_LABELS
):
    rng = np.random.default_rng(5)
    head = LabelHead(num_labels, fc_dims, label_bias, dtype=dtype)
    head.build((BATCH, TOKENS, KEY_DIM), (BATCH, TOKENS, fc_dims[0]))
    set_random_weights(head)
    keys, values = (
        tf.constant(rng.normal(size=(BATCH, TOKENS, width)), tf.float32)
        for width in (KEY_DIM, fc_dims[0])
    )
    return head, keys, values


def set_chunks(monkeypatch, labels, documents, fc_dim=8):
    """Chunks hold at most so many; documents have fewer tokens than units."""
    monkeypatch.setattr(
        label_chunks, "_CHUNK_ELEMENTS", labels * documents * fc_dim
    )


def plain_form(head, keys, values, *, weights=WEIGHTS):
    """All labels at once, differentiated by TensorFlow."""
    logits = head(keys, values, mask=MASK)
    targets = multi_hot(LABEL_IDS, head.num_labels)
    return cross_entropy_sum(logits, targets, weights)


def chunked_form(head, keys, values, *, weights=WEIGHTS, label_chunk_size=0):
    return head_cross_entropy_sum(
        *(head, keys, values, MASK),
        label_ids=LABEL_IDS,
        weights=weights,
        label_chunk_size=label_chunk_size,
    )


def loss_and_gradients(form, head, keys, values, **options):
    """Of a multiple of the loss; every gradient by name."""
    with tf.GradientTape() as tape:
        tape.watch([keys, values])
        loss = 3.0 * form(head, keys, values, **options)
    inputs = {"keys": keys, "values": values}
    inputs |= {w.name: w.value for w in head.weights}
    return loss, tape.gradient(loss, inputs)


def assert_equal_to_plain_form(
    head, keys, values, *, form=chunked_form, **options
):
    expected, expected_gradients = loss_and_gradients(
        plain_form, head, keys, values
    )
    loss, gradients = loss_and_gradients(form, head, keys, values, **options)
    np.testing.assert_allclose(loss, expected, rtol=1e-6)
    assert gradients.keys() == expected_gradients.keys()
    for name, gradient in gradients.items():
        other = expected_gradients[name].numpy()
        np.testing.assert_allclose(
            gradient,
            other,
            rtol=0,
            atol=5e-6 * np.abs(other).max(),
            err_msg=name,
        )


@pytest.fixture
def seen_chunks(monkeypatch):
    """A list that fills with the labels and documents of each chunk."""
    seen = []
    chunk_gradients = chunked_loss._chunk_gradients

    def spy(documents, parameters):
        seen.append((len(parameters.label_biases), len(documents.weights)))
        return chunk_gradients(documents, parameters)

    monkeypatch.setattr(chunked_loss, "_chunk_gradients", spy)
    return seen


# 11 labels: one at a time, in chunks that leave a rest, all at once, and
# more than there are. 5 documents: the same.
LABELS_OF_CHUNKS = {1: [1] * 11, 4: [4, 4, 3], 11: [11], 100: [11]}
DOCUMENTS_OF_CHUNKS = {1: [1] * 5, 2: [2, 2, 1], 3: [3, 2], 5: [5], 100: [5]}


@pytest.mark.parametrize("documents", DOCUMENTS_OF_CHUNKS)
@pytest.mark.parametrize("labels", LABELS_OF_CHUNKS)
def test_loss_and_gradients_equal_the_plain_form(
    labels, documents, seen_chunks, monkeypatch
):
    set_chunks(monkeypatch, min(labels, 11), documents)
    assert_equal_to_plain_form(*random_case(), label_chunk_size=labels)
    # Some labels for all documents, then the next labels.
    assert seen_chunks == [
        (num_labels, num_documents)
        for num_labels in LABELS_OF_CHUNKS[labels]
        for num_documents in DOCUMENTS_OF_CHUNKS[documents]
    ]


def test_keys_and_values_of_one_shape_are_kept_apart(monkeypatch):
    # A graph makes one of two equal operations, such as zeros of one shape.
    set_chunks(monkeypatch, 3, 2, fc_dim=KEY_DIM)
    assert_equal_to_plain_form(
        *random_case(fc_dims=(KEY_DIM,)), form=tf.function(chunked_form)
    )


@pytest.mark.parametrize("label_bias", [False, True])
@pytest.mark.parametrize("fc_dims", [(8,), (8, 5)])
def test_every_kind_of_head_equals_the_plain_form(
    fc_dims, label_bias, monkeypatch
):
    set_chunks(monkeypatch, 3, 2)
    assert_equal_to_plain_form(
        *random_case(fc_dims, label_bias), label_chunk_size=3
    )


@pytest.mark.parametrize("label_chunk_size", [0, 1, 7])
def test_single_label_equals_the_plain_form(label_chunk_size):
    assert_equal_to_plain_form(
        *random_case(num_labels=1), label_chunk_size=label_chunk_size
    )


def test_chunks_follow_from_the_budget(seen_chunks, monkeypatch):
    # Nearly: labels come first.
    set_chunks(monkeypatch, 4, 1)
    assert_equal_to_plain_form(*random_case())
    assert seen_chunks == [(c, 1) for c in (4, 4, 3) for _ in range(BATCH)]


def test_graph_equals_the_plain_form(monkeypatch):
    set_chunks(monkeypatch, 4, 2)
    head, keys, values = random_case()
    shapes = [tf.TensorSpec([None, None, x.shape[-1]]) for x in (keys, values)]
    graph = tf.function(
        lambda keys, values: chunked_form(
            head, keys, values, label_chunk_size=4
        ),
        input_signature=shapes,
    )
    assert_equal_to_plain_form(
        head, keys, values, form=lambda _, keys, values: graph(keys, values)
    )


def test_tensors_of_a_chunk_are_the_largest(monkeypatch):
    head, keys, values = random_case(num_labels=500)
    set_chunks(monkeypatch, 20, 4)
    with recorded_shapes() as shapes, tf.GradientTape() as tape:
        tape.watch([keys, values])
        loss = chunked_form(head, keys, values, label_chunk_size=20)
        gradients = tape.gradient(loss, [keys, values, *head.weights])
    assert len(gradients) == 2 + len(head.weights)
    weights = {tuple(w.shape) for w in head.weights}
    # 3 documents at a time, of the 4 at most.
    largest = max(math.prod(shape) for shape in shapes - weights)
    assert largest == 3 * 20 * 8 < BATCH * 500


def test_row_without_a_document_has_no_gradient(monkeypatch):
    set_chunks(monkeypatch, 4, 1)
    head, keys, values = random_case()
    full = tf.ones_like(MASK)
    with tf.GradientTape() as tape:
        tape.watch([keys, values])
        loss = head_cross_entropy_sum(
            *(head, keys, values, full), label_ids=LABEL_IDS, weights=WEIGHTS
        )
    for gradient in tape.gradient(loss, [keys, values]):
        assert not np.any(gradient[4])
        assert np.all(np.any(gradient[:4], axis=(1, 2)))


def test_padding_has_no_gradient(monkeypatch):
    set_chunks(monkeypatch, 4, 1)
    _, gradients = loss_and_gradients(chunked_form, *random_case())
    for name in ("keys", "values"):
        assert not gradients[name].numpy()[~MASK.numpy()].any()


# bfloat16 has 8 bits of precision and float16 has 11.
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("mixed_bfloat16", 0.03), ("mixed_float16", 4e-3)]
)
# float16 ends at 6e-8, where most of the latter gradients lie.
@pytest.mark.parametrize("weight", [1.0, 1e-6, 1e-9])
def test_mixed_precision_is_close(dtype, tolerance, weight, monkeypatch):
    set_chunks(monkeypatch, 4, 2)
    expected, expected_gradients = loss_and_gradients(
        plain_form, *random_case((8, 5)), weights=weight * WEIGHTS
    )
    loss, gradients = loss_and_gradients(
        chunked_form,
        *random_case((8, 5), dtype=dtype),
        weights=weight * WEIGHTS,
        label_chunk_size=4,
    )
    assert loss.dtype == tf.float32
    np.testing.assert_allclose(loss, expected, rtol=tolerance / 5)
    for name, gradient in gradients.items():
        assert gradient.dtype == tf.float32
        other = expected_gradients[name]
        distance = np.linalg.norm(gradient - other) / np.linalg.norm(other)
        assert distance < tolerance, name


def test_many_labels_of_one_token_stay_in_the_range_of_float16():
    num_labels = 100_000
    head = LabelHead(num_labels, (8,), dtype="mixed_float16")
    head.build((1, 1, KEY_DIM), (1, 1, 8))
    # Every label pulls at the token's value in the same direction.
    head.set_weights([np.ones(w.shape, "float32") for w in head.weights])
    keys, values = tf.ones([1, 1, KEY_DIM]), tf.ones([1, 1, 8])
    with tf.GradientTape() as tape:
        tape.watch(values)
        loss = head_cross_entropy_sum(
            head,
            keys,
            values,
            tf.constant([[True]]),
            label_ids=tf.constant([[-1]]),
            weights=tf.constant([1.0]),
            label_chunk_size=num_labels,
        )
    # Each label's logit is 17: its probability is 1, and so is the gradient.
    np.testing.assert_allclose(
        tape.gradient(loss, values), np.full((1, 1, 8), num_labels), rtol=1e-3
    )
