import itertools

import numpy as np
import pytest
import tensorflow as tf
from helpers import attend_in_a_loop, mask_of, set_random_weights

from axml_tf.models.label_head import label_chunks
from axml_tf.models.label_head.label_head import LabelHead


def chunk_sizes(batch, tokens, num_labels, *, label_chunk_size=0, fc_dims=(3,)):
    """Labels and documents of a chunk as plain integers."""
    chunks = label_chunks.chunks_of(
        LabelHead(num_labels, fc_dims),
        tf.zeros([batch, tokens, 2]),
        label_chunk_size,
    )
    return int(chunks.labels), int(chunks.documents)


# 11 labels, 4 documents of 5 tokens.
@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        # Room for more than there is, and for exactly all.
        (10_000, (11, 4)),
        (11 * 5 * 4, (11, 4)),
        # Nearer to three documents; 2 and 2 are more even than 3 and 1.
        (11 * 5 * 3, (11, 2)),
        # One and a half documents make two, less makes one.
        (11 * 5 * 3 // 2 + 1, (11, 2)),
        (11 * 5 * 3 // 2, (11, 1)),
        # All labels of one document.
        (11 * 5, (11, 1)),
        # Not quite: 10 labels would fit, 6 and 5 are more even; of 6 labels
        # nearly two documents fit.
        (11 * 5 - 1, (6, 2)),
        (4 * 5, (4, 1)),
        # At least one of both, however long the documents.
        (1, (1, 1)),
    ],
)
def test_chunks_are_few_and_even(budget, expected, monkeypatch):
    monkeypatch.setattr(label_chunks, "_CHUNK_ELEMENTS", budget)
    assert chunk_sizes(4, 5, 11) == expected


@pytest.mark.parametrize(
    ("chunk", "expected"),
    [
        (1, (1, 4)),
        (4, (4, 4)),
        # Three chunks either way.
        (5, (4, 4)),
        (6, (6, 2)),
        # No more than there are, and beyond the budget when so asked.
        (11, (11, 1)),
        (100, (11, 1)),
    ],
)
def test_given_number_of_labels_is_kept(chunk, expected, monkeypatch):
    monkeypatch.setattr(label_chunks, "_CHUNK_ELEMENTS", 4 * 5 * 4)
    assert chunk_sizes(4, 5, 11, label_chunk_size=chunk) == expected
    # Also where a single document of that many labels is over the budget.
    monkeypatch.setattr(label_chunks, "_CHUNK_ELEMENTS", 1)
    assert chunk_sizes(4, 5, 11, label_chunk_size=chunk) == (expected[0], 1)


def test_chunk_holds_about_what_it_may(monkeypatch):
    sizes = (1, 2, 3, 7, 40)
    for batch, tokens, num_labels in itertools.product(sizes, repeat=3):
        for budget in (1, 30, 500):
            monkeypatch.setattr(label_chunks, "_CHUNK_ELEMENTS", budget)
            labels, documents = chunk_sizes(batch, tokens, num_labels)
            per_label = max(tokens, 3)
            assert 1 <= labels <= num_labels
            assert 1 <= documents <= batch
            elements = labels * documents * per_label
            if documents > 1:
                # 1.5 documents' worth of budget at least was taken for 2.
                assert elements <= budget * 4 / 3
            elif labels > 1:  # One of both cannot be divided.
                assert elements <= budget
            # Nor could there be fewer chunks.
            most = max(1, min(num_labels, budget // per_label))
            assert -(-num_labels // labels) == -(-num_labels // most)


@pytest.mark.parametrize("fc_dims", [(9, 4), (4, 9)])
def test_wide_layers_count_where_documents_are_short(fc_dims, monkeypatch):
    monkeypatch.setattr(label_chunks, "_CHUNK_ELEMENTS", 4 * 9)
    assert chunk_sizes(5, 2, 4, fc_dims=fc_dims) == (4, 1)
    # 10 tokens are more than 9 units.
    assert chunk_sizes(5, 10, 4, fc_dims=fc_dims) == (2, 2)


def test_padding_is_hidden():
    mask = tf.constant(mask_of([3, 1, 0], 3))
    values = tf.where(mask[:, :, None], tf.ones([3, 3, 2]), np.nan)
    hidden, shown = label_chunks.hide_padding(mask, values)
    assert hidden.shape == (3, 1, 3)
    # Whatever the scores are.
    scores = np.random.default_rng(0).normal(0, 100, (3, 4, 3))
    alpha = tf.nn.softmax(tf.constant(scores, tf.float32) + hidden).numpy()
    assert not alpha[1, :, 1:].any()
    np.testing.assert_allclose(alpha.sum(-1), 1, rtol=1e-6)
    np.testing.assert_array_equal(
        shown[:2], np.float32(mask[:2, :, None]) * [1, 1]
    )
    # A document without any token attends to nothing but zeros.
    assert not shown[2].numpy().any()


@pytest.mark.parametrize("label_bias", [False, True])
def test_parameters_are_the_weights_of_the_head(label_bias):
    head = LabelHead(7, (4, 3), label_bias)
    head.build((1, 5, 2), (1, 5, 4))
    set_random_weights(head)
    weights = {w.name: w.numpy() for w in head.weights}
    some = label_chunks.parameters_of(head).of_labels(2, 5)
    np.testing.assert_array_equal(
        some.label_vectors, weights.pop("label_vectors")[2:5]
    )
    biases = weights.pop("label_biases", np.zeros(7))
    np.testing.assert_array_equal(some.label_biases, biases[2:5])
    # The others are shared by all labels.
    for tensor, weight in zip(some.shared, weights.values(), strict=True):
        np.testing.assert_array_equal(tensor, weight)


def test_attention_is_that_of_the_paper():
    rng = np.random.default_rng(1)
    label_vectors, keys, values = (
        rng.normal(size=shape).astype("float32")
        for shape in ((6, 3), (4, 5, 3), (4, 5, 2))
    )
    mask = mask_of([5, 2, 1, 0], 5)
    hidden, shown = label_chunks.hide_padding(mask, tf.constant(values))
    tokens = label_chunks.Tokens(tf.constant(keys), shown, hidden)
    alpha, attended = label_chunks.attend(
        tf.constant(label_vectors), tokens.of_documents(1, 4)
    )
    expected = attend_in_a_loop(label_vectors, keys, values, mask)[1:]
    np.testing.assert_allclose(attended, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(alpha @ shown[1:], attended, atol=1e-6)
