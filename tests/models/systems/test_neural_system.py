"""The one interface, of every system there is and of a new one."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import set_random_weights

from axml_tf.console.errors import UserError
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.neural_system import NeuralSystem, Parts
from axml_tf.models.systems.system_registry import SYSTEMS

NUM_LABELS = 6
# Documents of four, of two and of no words.
IDS = tf.constant([[3, 9, 4, 7], [5, 2, 0, 0], [0, 0, 0, 0]])


class BagOfWords(NeuralSystem):
    """The least that a system has to say: how its model is built."""

    name = "bag_of_words"

    def build(self):
        token_ids = keras.Input((None,), dtype="int32")
        embedding = keras.layers.Embedding(self.config.vocab_size, 4)
        words = keras.ops.sum(embedding(token_ids), axis=1)
        logits = keras.layers.Dense(self.config.num_labels)(words)
        return Parts(keras.Model(token_ids, logits), embedding, None)


systems = pytest.mark.parametrize(
    "kind", [*SYSTEMS.values(), BagOfWords], ids=lambda kind: kind.name
)
of_attention = pytest.mark.parametrize(
    "kind",
    [kind for kind in SYSTEMS.values() if kind.has_attention],
    ids=lambda kind: kind.name,
)


def random_system(kind, **fields):
    system = kind(
        ModelConfig(
            **{"vocab_size": 12, "num_labels": NUM_LABELS, "embedding_dim": 4},
            **{"hidden_dim": 3, "fc_dims": (5,), "model": kind.name},
            **fields,
        )
    )
    set_random_weights(system.model)
    return system


def probabilities(system):
    return 1 / (1 + np.exp(-np.asarray(system.model(IDS), np.float64)))


@systems
def test_loss_is_the_cross_entropy_of_documents_and_labels(kind):
    system = random_system(kind, dropout=0.0, embedding_dropout=0.0)
    # The label 7 was never seen in training.
    label_ids = np.array([[0, 3, 7], [-1, -1, -1], [5, 1, 2]], np.int32)
    weights = np.array([0.5, 0.25, 0.0], np.float32)
    expected = 0.0
    for shares, true, weight in zip(
        probabilities(system), label_ids, weights, strict=True
    ):
        for label, share in enumerate(shares):
            expected -= weight * np.log(share if label in true else 1 - share)
    loss = system.loss(
        system.read(IDS, training=True),
        label_ids=tf.constant(label_ids),
        weights=tf.constant(weights),
    )
    assert loss.dtype == tf.float32
    assert float(loss) == pytest.approx(expected, rel=1e-5)


@systems
@pytest.mark.parametrize("top_k", [1, 4, NUM_LABELS])
def test_best_labels_are_a_plain_sort(kind, top_k):
    system = random_system(kind)
    found, label_ids = system.best(system.read(IDS), top_k=top_k)
    assert (found.dtype, label_ids.dtype) == (tf.float32, tf.int32)
    logits = system.model(IDS).numpy()
    best = np.argsort(-logits, axis=1, kind="stable")[:, :top_k]
    np.testing.assert_array_equal(label_ids, best)
    np.testing.assert_allclose(
        found, np.take_along_axis(logits, best, axis=1), atol=1e-5
    )


@systems
def test_ties_have_the_lower_label_id_first(kind):
    system = random_system(kind)
    for weight in system.model.weights:
        weight.assign(np.zeros(weight.shape))
    _, label_ids = system.best(system.read(IDS), top_k=4)
    np.testing.assert_array_equal(label_ids, np.tile(range(4), (3, 1)))


@systems
def test_states_have_a_row_for_each_document(kind):
    states = random_system(kind).read(IDS)
    assert isinstance(states, tuple)
    assert {state.shape[0] for state in states} == {3}


@pytest.mark.parametrize("kind", SYSTEMS.values(), ids=lambda kind: kind.name)
def test_dropout_is_on_in_training_only(kind):
    system = random_system(kind, dropout=0.5)

    def best(training):
        states = system.read(IDS[:2], training=training)
        return system.best(states, top_k=NUM_LABELS)[0].numpy()

    np.testing.assert_array_equal(best(False), best(False))
    assert np.any(best(True) != best(False))


@systems
def test_a_gradient_reaches_every_weight_that_is_trained(kind):
    system = random_system(kind, dropout=0.0)
    variables = [w.value for w in system.model.trainable_weights]
    with tf.GradientTape() as tape:
        loss = system.loss(
            system.read(IDS, training=True),
            label_ids=tf.constant([[0, 3], [1, -1], [-1, -1]]),
            weights=tf.ones(3),
        )
    gradients = tape.gradient(loss, variables)
    for weight, gradient in zip(
        system.model.trainable_weights, gradients, strict=True
    ):
        assert gradient is not None, weight.path
        assert np.any(tf.convert_to_tensor(gradient)), weight.path


@of_attention
def test_a_look_is_the_labels_probability_and_its_share_of_every_word(kind):
    system = random_system(kind)
    # Labels of each document's own, some twice.
    label_ids = np.array([[0, 5, 5], [2, 1, 0], [4, 3, 2]], np.int32)
    found, attention = system.look(
        system.read(IDS), label_ids=tf.constant(label_ids)
    )
    expected = np.take_along_axis(probabilities(system), label_ids, axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert attention.shape == (3, 3, 4)
    sums = attention.numpy().sum(axis=2)
    np.testing.assert_allclose(sums, [[1] * 3, [1] * 3, [0] * 3], atol=1e-6)
    assert not attention.numpy()[1, :, 2:].any()


@of_attention
def test_label_vectors_say_what_a_label_attends_to(kind):
    system = random_system(kind)
    system.require_attention()
    assert system.label_vectors.shape[0] == NUM_LABELS
    # Two labels that change places see what the other one saw.
    _, before = system.look(
        system.read(IDS), label_ids=tf.constant([[0, 5]] * 3)
    )
    system.label_vectors.assign(system.label_vectors.numpy()[::-1])
    _, after = system.look(
        system.read(IDS), label_ids=tf.constant([[5, 0]] * 3)
    )
    np.testing.assert_allclose(after, before, atol=1e-6)


@pytest.mark.parametrize(
    "kind",
    [BagOfWords, *(x for x in SYSTEMS.values() if not x.has_attention)],
    ids=lambda kind: kind.name,
)
def test_without_attention_there_is_nothing_to_look_at(kind):
    system = random_system(kind)
    assert system.label_vectors is None
    for ask in (
        system.require_attention,
        lambda: system.look(system.read(IDS), label_ids=tf.zeros((3, 1))),
    ):
        with pytest.raises(UserError) as error:
            ask()
        assert str(error.value) == (
            f"This is a model of {kind.name}, which has no attention: it can "
            "be trained, predicted with and evaluated, not shown or exported. "
            "Train one with --model=attention_xml."
        )


def test_system_that_does_not_say_how_it_is_built_is_none():
    class Unbuilt(NeuralSystem):
        name = "unbuilt"

    with pytest.raises(TypeError, match="build"):
        Unbuilt(ModelConfig(vocab_size=12, num_labels=6))


def test_what_a_system_is_made_of_it_keeps():
    config = ModelConfig(vocab_size=12, num_labels=6)
    system = BagOfWords(config, mixed_precision="bfloat16", jit_compile=True)
    assert system.config is config
    assert (system.mixed_precision, system.jit_compile) == ("bfloat16", True)
    assert system.embedding in system.model.layers
    assert system.label_biases is None
