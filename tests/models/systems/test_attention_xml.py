import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import recorded_shapes, set_random_weights

from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.attention_xml import AttentionXML

CONFIG = ModelConfig(
    vocab_size=30,
    num_labels=7,
    embedding_dim=4,
    hidden_dim=3,
    fc_dims=(5, 4),
    label_bias=True,
)
# The last document is empty.
TOKEN_IDS = np.array([[3, 9, 4, 29], [7, 2, 0, 0], [0, 0, 0, 0]], np.int32)


def random_system(config=CONFIG, **options):
    system = AttentionXML(config, **options)
    set_random_weights(system.model)
    return system


def random_model(config=CONFIG, **options):
    return random_system(config, **options).model


def test_every_block_has_its_name():
    model = AttentionXML(CONFIG).model
    names = [layer.name for layer in model.layers]
    wanted = ["embedding", "bilstm", "dropout", "label_head"]
    wanted += ["embedding_dropout", "value_projection", "token_ids"]
    assert set(wanted) <= set(names)
    assert model.name == "attention_xml"
    shapes = {w.path: tuple(w.shape) for w in model.weights}
    assert shapes == {
        "embedding/embeddings": (30, 4),
        "bilstm/lstm/forward_lstm/lstm_cell/kernel": (4, 12),
        "bilstm/lstm/forward_lstm/lstm_cell/recurrent_kernel": (3, 12),
        "bilstm/lstm/forward_lstm/lstm_cell/bias": (12,),
        "bilstm/lstm/backward_lstm/lstm_cell/kernel": (4, 12),
        "bilstm/lstm/backward_lstm/lstm_cell/recurrent_kernel": (3, 12),
        "bilstm/lstm/backward_lstm/lstm_cell/bias": (12,),
        "value_projection/kernel": (6, 5),
        "label_head/attention/label_vectors": (7, 6),
        "label_head/fully_connected_1_bias": (5,),
        "label_head/fully_connected_2_kernel": (5, 4),
        "label_head/fully_connected_2_bias": (4,),
        "label_head/output_kernel": (4, 1),
        "label_head/output_bias": (1,),
        "label_head/label_biases": (7,),
    }


def test_logits_have_one_column_per_label():
    model = random_model()
    assert model.output_shape == (None, 7)
    logits = model(TOKEN_IDS)
    assert logits.shape == (3, 7)
    assert logits.dtype == "float32"


@pytest.mark.parametrize("jit_compile", [False, True])
def test_padding_does_not_change_logits(jit_compile):
    model = random_model(jit_compile=jit_compile)
    longer = np.pad(TOKEN_IDS, [(0, 0), (0, 5)])
    np.testing.assert_allclose(
        model(longer), model(TOKEN_IDS), rtol=1e-5, atol=1e-6
    )


def test_empty_document_has_finite_logits():
    logits = random_model()(TOKEN_IDS).numpy()
    assert np.all(np.isfinite(logits[2]))
    np.testing.assert_array_equal(
        logits[2], random_model()(np.zeros((1, 2), np.int32))[0]
    )


def test_compiled_loop_gives_the_same_logits():
    np.testing.assert_allclose(
        random_model(jit_compile=True)(TOKEN_IDS),
        random_model(jit_compile=False)(TOKEN_IDS),
        rtol=1e-5,
        atol=1e-6,
    )


# bfloat16 has 8 bits of precision, float16 has 11.
@pytest.mark.parametrize(
    ("mixed_precision", "tolerance"), [("bfloat16", 0.02), ("float16", 2e-3)]
)
def test_mixed_precision_gives_close_logits(mixed_precision, tolerance):
    mixed = random_model(mixed_precision=mixed_precision)
    dtypes = {layer.name: layer.compute_dtype for layer in mixed.layers}
    # All but the head stays float32, and so do its weights.
    assert dtypes.pop("label_head") == mixed_precision
    assert set(dtypes.values()) == {"float32"}
    assert {w.dtype for w in mixed.weights} == {"float32"}
    logits, expected = mixed(TOKEN_IDS), random_model()(TOKEN_IDS)
    assert logits.dtype == "float32"
    np.testing.assert_allclose(logits, expected, atol=tolerance)
    assert np.any(logits != expected)


@pytest.mark.parametrize("trainable", [True, False])
def test_word_vectors_are_trained_only_when_wanted(trainable):
    config = dataclasses.replace(CONFIG, trainable_embeddings=trainable)
    model = AttentionXML(config).model
    paths = [w.path for w in model.trainable_weights]
    assert ("embedding/embeddings" in paths) == trainable
    assert "embedding/embeddings" in [w.path for w in model.weights]


@pytest.mark.parametrize(
    ("name", "field"),
    [("embedding_dropout", "embedding_dropout"), ("dropout", "dropout")],
)
def test_dropout_has_its_own_rate_and_acts_in_training_only(name, field):
    rates = {"embedding_dropout": 0.0, "dropout": 0.0, field: 0.4}
    config = dataclasses.replace(CONFIG, **rates)
    model = random_model(config)
    found = {
        n: model.get_layer(n).rate for n in ("embedding_dropout", "dropout")
    }
    assert found == rates
    np.testing.assert_array_equal(model(TOKEN_IDS), model(TOKEN_IDS))
    trained = model(TOKEN_IDS, training=True)
    assert np.any(trained != model(TOKEN_IDS))
    without = random_model(
        dataclasses.replace(CONFIG, dropout=0.0, embedding_dropout=0.0)
    )
    np.testing.assert_allclose(
        without(TOKEN_IDS, training=True), model(TOKEN_IDS), atol=1e-6
    )


def test_what_is_read_and_the_head_together_are_the_model():
    system = random_system()
    keys, values, mask = system.read(TOKEN_IDS)
    assert (keys.shape, values.shape) == ((3, 4, 6), (3, 4, 5))
    np.testing.assert_array_equal(mask, TOKEN_IDS != 0)
    np.testing.assert_array_equal(
        system.head(keys, values, mask=mask), system.model(TOKEN_IDS)
    )
    # None has weights of its own.
    parts = [*system._reader.weights, *system.head.weights]
    assert [id(w) for w in parts] == [id(w) for w in system.model.weights]


def test_its_parts_are_those_of_its_model():
    system = random_system()
    model = system.model
    assert system.has_attention
    assert system.name == model.name
    assert system.embedding is model.get_layer("embedding")
    assert system.head is model.get_layer("label_head")
    assert system.label_vectors is system.head.attention.label_vectors
    assert system.label_biases is system.head.label_biases
    config = dataclasses.replace(CONFIG, label_bias=False)
    assert AttentionXML(config).label_biases is None


@pytest.mark.parametrize("label_chunk_size", [0, 1, 3, 7])
def test_loss_is_that_of_all_logits_at_once(label_chunk_size):
    system = random_system()
    label_ids = tf.constant([[0, 3, 7], [-1, -1, -1], [6, 1, -1]])
    weights = tf.constant([0.5, 0.25, 1.0])
    loss = system.loss(
        system.read(TOKEN_IDS),
        label_ids=label_ids,
        weights=weights,
        label_chunk_size=label_chunk_size,
    )
    targets = np.array([[1, 0, 0, 1, 0, 0, 0], [0] * 7, [0, 1, 0, 0, 0, 0, 1]])
    shares = 1 / (1 + np.exp(-np.asarray(system.model(TOKEN_IDS), np.float64)))
    right = np.where(targets, shares, 1 - shares)
    expected = -np.sum(weights.numpy()[:, None] * np.log(right))
    assert float(loss) == pytest.approx(expected, rel=1e-5)
    with recorded_shapes() as shapes:
        system.loss(
            system.read(TOKEN_IDS),
            label_ids=label_ids,
            weights=weights,
            label_chunk_size=1,
        )
    # No tokens by labels.
    assert not [shape for shape in shapes if {4, 7} <= set(shape)]


def test_model_compiles_and_fits_as_any_keras_model():
    keras.utils.set_random_seed(0)
    config = ModelConfig(
        vocab_size=30,
        num_labels=7,
        embedding_dim=4,
        hidden_dim=4,
        dropout=0.0,
        embedding_dropout=0.0,
    )
    model = AttentionXML(config).model
    rng = np.random.default_rng(0)
    token_ids = rng.integers(1, 30, (32, 6))
    # A word of its own stands for each label.
    targets = np.stack([(token_ids == w).any(1) for w in range(2, 9)], 1)
    model.compile(
        keras.optimizers.Adam(0.05),
        keras.losses.BinaryCrossentropy(from_logits=True),
    )
    losses = model.fit(token_ids, targets, epochs=60, verbose=0).history["loss"]
    assert losses[-1] < 0.25 * losses[0]


def test_model_saves_and_reloads(tmp_path):
    model = random_model()
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(TOKEN_IDS), model(TOKEN_IDS))
    assert [w.path for w in again.weights] == [w.path for w in model.weights]
