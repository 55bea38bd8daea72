import numpy as np
import pytest
import tensorflow as tf
from helpers import set_random_weights

from axml_tf.console.errors import UserError
from axml_tf.export import network
from axml_tf.export.network import Network
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.neural_system import NeuralSystem
from axml_tf.models.systems.system_registry import make_system
from axml_tf.runs.trained_model import TrainedModel

TOP_K = 3


@pytest.fixture(scope="module")
def system(trained) -> NeuralSystem:
    return TrainedModel(trained.model_dir).system


@pytest.fixture(params=[1, 2, 3, 5, 6])
def in_blocks(request, monkeypatch, system) -> Network:
    """The small model, so many documents at a time."""
    monkeypatch.setattr(network, "_BLOCK", request.param)
    return Network(system)


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


def test_no_documents_have_no_labels(system):
    empty = tf.zeros([0, 4], tf.int32)
    probabilities, label_ids, attention = Network(system).best_explained(
        empty, TOP_K
    )
    assert probabilities.shape == label_ids.shape == (0, TOP_K)
    assert attention.shape == (0, TOP_K, 4)


@pytest.mark.parametrize("name", ["xml_rnn", "xml_cnn"])
def test_system_without_attention_has_labels_and_no_reasons(name, token_ids):
    config = ModelConfig(
        vocab_size=7, num_labels=5, embedding_dim=4, hidden_dim=3, model=name
    )
    system = make_system(config)
    set_random_weights(system.model)
    probabilities, label_ids = Network(system).best(tf.constant(token_ids), 3)
    logits = np.asarray(system.model(token_ids), np.float64)
    best = np.argsort(-logits, axis=1, kind="stable")[:, :3]
    np.testing.assert_array_equal(label_ids, best)
    np.testing.assert_allclose(
        probabilities,
        1 / (1 + np.exp(-np.take_along_axis(logits, best, 1))),
        atol=1e-6,
    )
    with pytest.raises(UserError, match="which has no attention"):
        Network(system).best_explained(tf.constant(token_ids), 3)


def test_network_is_not_tracked_by_a_module(system):
    # TensorFlow Serving would not find the variables of a Keras model.
    module = tf.Module()
    module.network = Network(system)
    assert module.variables == ()
    assert not isinstance(module.network, tf.Module)
