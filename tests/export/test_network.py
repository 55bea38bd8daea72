import numpy as np
import pytest
import tensorflow as tf

from axml_tf.export import network
from axml_tf.export.network import Network

TOP_K = 3


@pytest.fixture(params=[1, 2, 3, 5, 6])
def in_blocks(request, monkeypatch, trained) -> Network:
    """The small model, so many documents at a time."""
    monkeypatch.setattr(network, "_BLOCK", request.param)
    return Network(trained.model)


@pytest.fixture(scope="module")
def token_ids(trained) -> np.ndarray:
    """Five documents of different lengths; one has no words."""
    rng = np.random.default_rng(5)
    ids = rng.integers(
        1, trained.model.get_layer("embedding").input_dim, (5, 9)
    )
    lengths = np.array([9, 3, 0, 7, 1])
    return (ids * (np.arange(9) < lengths[:, None])).astype(np.int32)


def expected_best(trained, token_ids):
    """Probabilities and ids of the best labels, and probabilities of all."""
    logits = np.asarray(trained.model(token_ids), np.float64)
    probabilities = 1 / (1 + np.exp(-logits))
    best = np.argsort(-probabilities, axis=1, kind="stable")[:, :TOP_K]
    return np.take_along_axis(probabilities, best, 1), best, probabilities


def test_blocks_give_what_the_model_gives(in_blocks, trained, token_ids):
    expected, best, _ = expected_best(trained, token_ids)
    probabilities, label_ids = in_blocks.best(tf.constant(token_ids), TOP_K)
    np.testing.assert_array_equal(label_ids, best)
    np.testing.assert_allclose(probabilities, expected, atol=1e-6)


def test_explained_in_blocks(in_blocks, trained, token_ids):
    expected, best, all_labels = expected_best(trained, token_ids)
    probabilities, label_ids, attention = in_blocks.best_explained(
        tf.constant(token_ids), TOP_K
    )
    np.testing.assert_array_equal(label_ids, best)
    np.testing.assert_allclose(probabilities, expected, atol=1e-6)
    real = token_ids != 0
    assert attention.shape == (5, TOP_K, 9)
    assert not np.any(attention.numpy().transpose(0, 2, 1)[~real])
    np.testing.assert_allclose(
        np.sum(attention, axis=2),
        np.tile(real.any(1)[:, None], TOP_K),
        atol=1e-6,
    )
    named = np.array([[4], [0], [1], [4], [2]], np.int32)
    probabilities, _ = in_blocks.explained(tf.constant(token_ids), named)
    np.testing.assert_allclose(
        probabilities, np.take_along_axis(all_labels, named, 1), atol=1e-6
    )


def test_no_documents_have_no_labels(trained):
    empty = tf.zeros([0, 4], tf.int32)
    probabilities, label_ids, attention = Network(trained.model).best_explained(
        empty, TOP_K
    )
    assert probabilities.shape == label_ids.shape == (0, TOP_K)
    assert attention.shape == (0, TOP_K, 4)
