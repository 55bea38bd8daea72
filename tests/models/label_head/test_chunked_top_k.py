import math

import numpy as np
import pytest
import tensorflow as tf
from helpers import mask_of, recorded_shapes, set_random_weights

from axml_tf.models.label_head import label_chunks
from axml_tf.models.label_head.chunked_top_k import head_top_k
from axml_tf.models.label_head.label_head import LabelHead

TOKENS, KEY_DIM, FC_DIM, NUM_LABELS = 5, 6, 8, 12
# Full, padded and empty documents.
MASK = tf.constant(mask_of([5, 3, 0, 1, 5], TOKENS))


def random_case(num_labels=NUM_LABELS, label_bias=True, dtype=None):
    rng = np.random.default_rng(5)
    head = LabelHead(num_labels, (FC_DIM, 4), label_bias, dtype=dtype)
    head.build((5, TOKENS, KEY_DIM), (5, TOKENS, FC_DIM))
    set_random_weights(head)
    keys, values = (
        tf.constant(rng.normal(size=(5, TOKENS, width)), tf.float32)
        for width in (KEY_DIM, FC_DIM)
    )
    return head, keys, values


def assert_equal_to_a_full_sort(
    head, keys, values, *, top_k, chunk=0, function=head_top_k
):
    logits, label_ids = function(
        head, keys, values, MASK, top_k=top_k, label_chunk_size=chunk
    )
    assert (logits.dtype, label_ids.dtype) == (tf.float32, tf.int32)
    everything = head(keys, values, mask=MASK).numpy()
    # A stable sort has the lower label id first.
    expected = np.argsort(-everything, axis=1, kind="stable")[:, :top_k]
    np.testing.assert_array_equal(label_ids, expected)
    np.testing.assert_allclose(
        logits, np.take_along_axis(everything, expected, 1), rtol=1e-5
    )


# Chunks of 12 labels: even ones, one that leaves a rest, and all at once.
@pytest.mark.parametrize("chunk", [1, 4, 5, 12, 100])
# Fewer than a chunk, more than one, and all.
@pytest.mark.parametrize("top_k", [1, 3, 7, 12])
def test_best_labels_are_those_of_a_full_sort(top_k, chunk):
    assert_equal_to_a_full_sort(*random_case(), top_k=top_k, chunk=chunk)


# 5 documents: one at a time, in uneven parts, all at once.
@pytest.mark.parametrize("documents", [1, 2, 3, 5])
def test_documents_of_a_chunk_make_no_difference(documents, monkeypatch):
    monkeypatch.setattr(label_chunks, "_CHUNK_ELEMENTS", 4 * documents * FC_DIM)
    assert_equal_to_a_full_sort(*random_case(), top_k=6, chunk=4)


@pytest.mark.parametrize("elements", [1, 5 * FC_DIM, 1000])
def test_chunk_chosen_by_itself_makes_no_difference(elements, monkeypatch):
    monkeypatch.setattr(label_chunks, "_CHUNK_ELEMENTS", elements)
    assert_equal_to_a_full_sort(*random_case(label_bias=False), top_k=6)


def test_single_label_is_the_best():
    assert_equal_to_a_full_sort(*random_case(num_labels=1), top_k=1)


@pytest.mark.parametrize("chunk", [1, 4, 5, 12])
def test_ties_have_the_lower_label_id_first(chunk):
    head, keys, values = random_case(label_bias=False)
    vectors = head.attention.label_vectors.numpy()
    # Equal labels within a chunk and in others, and three of a kind.
    vectors[[2, 3, 8]] = vectors[0]
    vectors[[9, 11]] = vectors[1]
    head.attention.label_vectors.assign(vectors)
    for top_k in (NUM_LABELS, 3):
        assert_equal_to_a_full_sort(
            head, keys, values, top_k=top_k, chunk=chunk
        )
    # All labels of the empty document are equal.
    _, label_ids = head_top_k(
        head, keys, values, MASK, top_k=5, label_chunk_size=chunk
    )
    assert label_ids[2].numpy().tolist() == [0, 1, 2, 3, 4]


def test_graph_takes_any_shape(monkeypatch):
    monkeypatch.setattr(label_chunks, "_CHUNK_ELEMENTS", 4 * 2 * FC_DIM)

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None, KEY_DIM]),
            tf.TensorSpec([None, None, FC_DIM]),
            tf.TensorSpec([None, None], tf.bool),
        ]
    )
    def graph(keys, values, mask):
        return head_top_k(head, keys, values, mask, top_k=7, label_chunk_size=5)

    head, keys, values = random_case()
    assert_equal_to_a_full_sort(
        *(head, keys, values),
        top_k=7,
        function=lambda head, keys, values, mask, **_: graph(
            keys, values, mask
        ),
    )
    few = [x[:2, :3] for x in (keys, values, MASK)]
    expected = tf.math.top_k(head(*few[:2], mask=few[2]), 7)
    logits, label_ids = graph(*few)
    np.testing.assert_array_equal(label_ids, expected.indices)
    np.testing.assert_allclose(logits, expected.values, rtol=1e-5)
    # Width is known to whoever calls the graph.
    outputs = graph.get_concrete_function().structured_outputs
    assert [x.shape.as_list() for x in outputs] == [[None, 7]] * 2
    # A batch may be empty.
    _, label_ids = graph(*(x[:0] for x in few))
    assert label_ids.shape == (0, 7)


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_is_close(dtype):
    head, keys, values = random_case()
    mixed, *_ = random_case(dtype=dtype)
    logits, expected = (
        head_top_k(
            of, keys, values, MASK, top_k=NUM_LABELS, label_chunk_size=4
        )[0]
        for of in (mixed, head)
    )
    assert logits.dtype == tf.float32
    np.testing.assert_allclose(logits, expected, atol=0.03)


def test_logits_of_all_labels_are_never_held():
    head, keys, values = random_case(num_labels=500)
    with recorded_shapes() as shapes:
        head_top_k(head, keys, values, MASK, top_k=3, label_chunk_size=20)
    weights = {tuple(w.shape) for w in head.weights}
    largest = max(math.prod(shape) for shape in shapes - weights)
    # What the fully connected layer makes of the attention of a chunk.
    assert largest == 5 * 20 * FC_DIM < 5 * 500
