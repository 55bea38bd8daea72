import numpy as np
import pytest
from helpers import set_random_weights

from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.xml_rnn import XmlRnn

IDS = np.array([[3, 9, 4, 7, 7, 2, 11], [5, 2, 0, 0, 0, 0, 0]], np.int32)
DOCUMENTS = (IDS[0], IDS[1, :2])


def random_system(**fields):
    system = XmlRnn(
        ModelConfig(
            **{
                **{"vocab_size": 50, "num_labels": 6, "embedding_dim": 4},
                **{"hidden_dim": 3, "fc_dims": (5,), "model": "xml_rnn"},
                **fields,
            }
        )
    )
    set_random_weights(system.model)
    return system


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def states_in_a_loop(kernel, recurrent_kernel, bias, vectors):
    """States of one LSTM, one word after another."""
    state = cell = np.zeros(len(recurrent_kernel))
    states = []
    for vector in vectors:
        gates = vector @ kernel + state @ recurrent_kernel + bias
        i, f, c, o = np.split(gates, 4)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(c)
        state = sigmoid(o) * np.tanh(cell)
        states.append(state)
    return np.array(states)


def logits_by_hand(system, words):
    """Logits of a document of these words, without padding."""
    weights = {w.path: np.asarray(w, np.float64) for w in system.model.weights}
    vectors = weights["embedding/embeddings"][words]
    forward, backward = (
        [
            weights[f"bilstm/lstm/{name}_lstm/lstm_cell/{part}"]
            for part in ("kernel", "recurrent_kernel", "bias")
        ]
        for name in ("forward", "backward")
    )
    states = np.concatenate(
        [
            states_in_a_loop(*forward, vectors),
            states_in_a_loop(*backward, vectors[::-1])[::-1],
        ],
        axis=1,
    )
    hidden = states.max(axis=0)
    for layer in range(1, len(system.config.fc_dims) + 1):
        name = f"fully_connected_{layer}"
        hidden = hidden @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]
        hidden = np.maximum(hidden, 0)
    return hidden @ weights["output/kernel"] + weights["output/bias"]


@pytest.mark.parametrize("fc_dims", [(5,), (5, 4)])
def test_logits_equal_a_plain_computation(fc_dims):
    system = random_system(fc_dims=fc_dims)
    for row, words in zip(system.model(IDS).numpy(), DOCUMENTS, strict=True):
        np.testing.assert_allclose(
            row, logits_by_hand(system, words), atol=1e-5
        )


def test_its_parts_are_those_of_its_model():
    system = random_system()
    assert system.model.name == system.name == "xml_rnn"
    assert system.embedding is system.model.get_layer("embedding")
    assert system.label_biases is system.model.get_layer("output").bias
    assert system.label_vectors is None
    assert not system.has_attention
