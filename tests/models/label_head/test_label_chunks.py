import itertools

import numpy as np
import pytest
import tensorflow as tf
from helpers import mask_of

from axml_tf.models.label_head import label_chunks as label_tiles
from axml_tf.models.label_head.label_head import LabelHead


def tiles_of(batch, tokens, num_labels, chunk=0, fc_dims=(3,)):
    """Sizes as plain integers."""
    head = LabelHead(num_labels, fc_dims)
    tiles = label_tiles.tiles_of(head, tf.zeros([batch, tokens, 2]), chunk)
    return int(tiles.labels), int(tiles.documents)


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
def test_tiles_are_few_and_even(budget, expected, monkeypatch):
    monkeypatch.setattr(label_tiles, "_TILE_ELEMENTS", budget)
    assert tiles_of(4, 5, 11) == expected


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
    monkeypatch.setattr(label_tiles, "_TILE_ELEMENTS", 4 * 5 * 4)
    assert tiles_of(4, 5, 11, chunk) == expected
    # Also where a single document of that many labels is over the budget.
    monkeypatch.setattr(label_tiles, "_TILE_ELEMENTS", 1)
    assert tiles_of(4, 5, 11, chunk) == (expected[0], 1)


def test_tile_holds_about_what_it_may(monkeypatch):
    sizes = (1, 2, 3, 7, 40)
    for batch, tokens, num_labels in itertools.product(sizes, repeat=3):
        for budget in (1, 30, 500):
            monkeypatch.setattr(label_tiles, "_TILE_ELEMENTS", budget)
            labels, documents = tiles_of(batch, tokens, num_labels)
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
    monkeypatch.setattr(label_tiles, "_TILE_ELEMENTS", 4 * 9)
    assert tiles_of(5, 2, 4, fc_dims=fc_dims) == (4, 1)
    # 10 tokens are more than 9 units.
    assert tiles_of(5, 10, 4, fc_dims=fc_dims) == (2, 2)


def test_padding_is_hidden():
    mask = tf.constant(mask_of([3, 1, 0], 3))
    values = tf.where(mask[:, :, None], tf.ones([3, 3, 2]), np.nan)
    hidden, shown = label_tiles.hide_padding(mask, values)
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
