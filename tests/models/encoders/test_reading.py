import keras
import numpy as np
import pytest
from helpers import set_random_weights

from axml_tf.console.errors import UserError
from axml_tf.models.encoders.reading import embed_words, read_words
from axml_tf.models.model_config import ModelConfig

IDS = np.array([[3, 8, 4], [7, 0, 0]], np.int32)


def config(**fields):
    return ModelConfig(
        **{"vocab_size": 9, "num_labels": 2, "embedding_dim": 4},
        hidden_dim=3,
        **fields,
    )


def model_of(words):
    model = keras.Model(words.token_ids, [words.states, words.mask])
    set_random_weights(model)
    return model


def test_words_are_rows_of_the_table():
    words = embed_words(config())
    vectors, mask = model_of(words)(IDS)
    table = words.embedding.embeddings.numpy()
    assert table.shape == (9, 4)
    np.testing.assert_array_equal(vectors, table[IDS])
    np.testing.assert_array_equal(mask, IDS != 0)


@pytest.mark.parametrize("trainable", [True, False])
def test_word_vectors_are_trained_only_when_wanted(trainable):
    words = embed_words(config(trainable_embeddings=trainable))
    model = model_of(words)
    assert len(model.weights) == 1
    assert len(model.trainable_weights) == trainable


def test_states_are_the_encoders_of_the_word_vectors():
    words = read_words(config(), jit_compile=False)
    model = model_of(words)
    states, mask = model(IDS)
    np.testing.assert_array_equal(mask, IDS != 0)
    vectors = words.embedding.embeddings.numpy()[IDS]
    expected = model.get_layer("bilstm")(vectors, mask=IDS != 0)
    np.testing.assert_allclose(states, expected, atol=1e-6)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_loop_is_compiled_where_that_is_asked_for(jit_compile):
    model = model_of(read_words(config(), jit_compile))
    assert model.get_layer("bilstm").jit_compile is jit_compile


def test_both_dropouts_have_their_own_rate_and_act_in_training_only():
    words = read_words(config(dropout=0.75, embedding_dropout=0.25), False)
    model = model_of(words)
    assert model.get_layer("dropout").rate == 0.75
    assert model.get_layer("embedding_dropout").rate == 0.25
    many = np.full((20, 50), 3, np.int32)
    calm, _ = model(many)
    shaken, _ = model(many, training=True)
    assert np.all(calm.numpy() != 0)
    # What is dropped stands behind the encoder.
    assert np.mean(shaken.numpy() == 0) == pytest.approx(0.75, abs=0.05)


def test_unknown_encoder_is_told():
    with pytest.raises(UserError, match="--encoder must be one of lstm"):
        read_words(config(encoder="none"), False)
