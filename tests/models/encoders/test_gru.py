import dataclasses

import keras
import numpy as np
import pytest
from helpers import mask_of, set_random_weights
from small_runs import MODEL, TRAINING, state, write_data

from axml_tf.export.export_model import export_model
from axml_tf.models.encoders.gru import make_gru
from axml_tf.models.model_config import ModelConfig
from axml_tf.prediction.saved_model import SavedModel
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.training.start import train

CONFIG = ModelConfig(vocab_size=9, num_labels=2, embedding_dim=4, hidden_dim=3)
TRAINED = dataclasses.replace(MODEL, encoder="gru")
# Word number i of the vocabulary has id i, an unknown one 1; the last text is
# longer than what the model reads.
TEXTS = [b"word5 word9 unheard", b"word2", b"word7 word8 " * 30]
TOKEN_IDS = [[5, 9, 1], [2], [7, 8] * (TRAINING.max_length // 2)]
VECTORS = np.random.default_rng(0).normal(size=(4, 5, 4)).astype("float32")
LENGTHS = [5, 3, 1, 0]


def random_encoder(jit_compile=False):
    encoder = make_gru(CONFIG, jit_compile)
    encoder.build((None, None, 4))
    set_random_weights(encoder)
    return encoder


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def states_in_a_loop(kernel, recurrent_kernel, bias, vectors):
    """States of one GRU, one word after another."""
    state = np.zeros(len(recurrent_kernel))
    states = []
    for vector in vectors:
        of_word = np.split(vector @ kernel + bias[0], 3)
        of_state = np.split(state @ recurrent_kernel + bias[1], 3)
        update = sigmoid(of_word[0] + of_state[0])
        reset = sigmoid(of_word[1] + of_state[1])
        candidate = np.tanh(of_word[2] + reset * of_state[2])
        state = update * state + (1 - update) * candidate
        states.append(state)
    return np.array(states).reshape(-1, len(recurrent_kernel))


@pytest.mark.parametrize("jit_compile", [False, True])
def test_states_equal_a_plain_computation_and_padding_has_zeros(jit_compile):
    encoder = random_encoder(jit_compile)
    weights = [w.astype("float64") for w in encoder.get_weights()]
    found = encoder(VECTORS, mask=mask_of(LENGTHS, 5)).numpy()
    assert found.shape == (4, 5, 6)
    for row, vectors, length in zip(found, VECTORS, LENGTHS, strict=True):
        words = vectors[:length].astype("float64")
        expected = np.concatenate(
            [
                states_in_a_loop(*weights[:3], words),
                states_in_a_loop(*weights[3:], words[::-1])[::-1],
            ],
            axis=1,
        )
        np.testing.assert_allclose(row[:length], expected, atol=1e-6)
        np.testing.assert_array_equal(row[length:], 0)


def test_what_stands_in_padding_changes_nothing():
    encoder = random_encoder()
    mask = mask_of(LENGTHS, 5)
    other = np.where(mask[:, :, None], VECTORS, np.float32(9.0))
    np.testing.assert_array_equal(
        encoder(other, mask=mask), encoder(VECTORS, mask=mask)
    )


def test_weights_have_the_same_names_in_every_layer_made():
    paths = [[w.path for w in random_encoder().weights] for _ in range(2)]
    assert paths[0] == paths[1]
    assert paths[0][0] == "bigru/forward_gru/gru_cell/kernel"


def test_run_in_two_parts_resumes_bit_for_bit_and_is_exported(tmp_path):
    data = write_data(tmp_path / "data")
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(TRAINED, TRAINING, data, whole)
    for epochs in (1, 2):
        settings = dataclasses.replace(TRAINING, max_epochs=epochs)
        train(TRAINED, settings, data, parts)
    found, expected = state(parts), state(whole)
    assert found.keys() == expected.keys()
    assert len(found) > 20
    for name, value in found.items():
        np.testing.assert_array_equal(value, expected[name], err_msg=name)

    trained = TrainedModel(parts)
    assert isinstance(
        trained.system.model.get_layer("bigru"), keras.layers.Bidirectional
    )
    export_model(trained, tmp_path / "exported", top_k=6)
    answer = SavedModel(tmp_path / "exported").call(
        "serving_default", text=TEXTS
    )
    for row, ids in enumerate(TOKEN_IDS):
        (logits,) = trained.system.model(np.array([ids], np.int32)).numpy()
        found_ids = answer["label_ids"][row]
        assert found_ids.tolist() == np.argsort(-logits).tolist()
        np.testing.assert_allclose(
            answer["probabilities"][row], sigmoid(logits[found_ids]), atol=1e-6
        )
