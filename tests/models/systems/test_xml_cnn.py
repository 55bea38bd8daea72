import numpy as np
import pytest
from helpers import set_random_weights

from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.xml_cnn import XmlCnn

IDS = np.array([[3, 9, 4, 7, 7, 2, 11], [5, 2, 0, 0, 0, 0, 0]], np.int32)
DOCUMENTS = (IDS[0], IDS[1, :2])


def random_system(**fields):
    system = XmlCnn(
        ModelConfig(
            **{
                **{"vocab_size": 50, "num_labels": 6, "embedding_dim": 4},
                **{"hidden_dim": 3, "fc_dims": (5,), "model": "xml_cnn"},
                **fields,
            }
        )
    )
    set_random_weights(system.model)
    return system


def weights_of(system, layer):
    weights = system.model.get_layer(layer).weights
    return [np.asarray(w, np.float64) for w in weights]


def maps_in_a_loop(system, vectors):
    """Feature maps of every width at every word, side by side."""
    num_words = len(vectors)
    maps = []
    for width in (2, 4, 8):
        kernel, bias = weights_of(system, f"convolution_{width}")
        before = (width - 1) // 2
        column = []
        for start in range(num_words):
            total = bias.copy()
            for i in range(width):
                place = start - before + i
                if 0 <= place < num_words:
                    total += vectors[place] @ kernel[i]
            column.append(np.maximum(total, 0))
        maps.append(column)
    return np.concatenate(maps, axis=1)


def logits_by_hand(system, words):
    """Logits of a document of these words, without padding."""
    (table,) = weights_of(system, "embedding")
    maps = maps_in_a_loop(system, table[words])
    parts = np.zeros((8, maps.shape[1]))
    for place in range(len(words)):
        part = place * 8 // len(words)
        parts[part] = np.maximum(parts[part], maps[place])
    hidden = parts.reshape(-1)
    for layer in range(1, len(system.config.fc_dims) + 1):
        kernel, bias = weights_of(system, f"fully_connected_{layer}")
        hidden = np.maximum(hidden @ kernel + bias, 0)
    kernel, bias = weights_of(system, "output")
    return hidden @ kernel + bias


@pytest.mark.parametrize("fc_dims", [(5,), (5, 4)])
def test_logits_equal_a_plain_computation(fc_dims):
    system = random_system(fc_dims=fc_dims)
    for row, words in zip(system.model(IDS).numpy(), DOCUMENTS, strict=True):
        np.testing.assert_allclose(
            row, logits_by_hand(system, words), atol=1e-5
        )


def test_what_stands_at_padding_counts_for_nothing():
    system = random_system()
    before = system.model(IDS).numpy()
    table = system.embedding.embeddings.numpy()
    table[0] = 99.0
    system.embedding.embeddings.assign(table)
    np.testing.assert_array_equal(system.model(IDS), before)


def test_dropout_stands_before_the_output_and_acts_in_training_only():
    system = random_system(dropout=0.4, embedding_dropout=0.0)
    assert system.model.get_layer("dropout").rate == 0.4
    np.testing.assert_array_equal(system.model(IDS), system.model(IDS))
    assert np.any(system.model(IDS, training=True) != system.model(IDS))


def test_its_parts_are_those_of_its_model():
    system = random_system()
    assert system.model.name == system.name == "xml_cnn"
    assert system.embedding is system.model.get_layer("embedding")
    assert system.label_biases is system.model.get_layer("output").bias
    assert system.label_vectors is None
    assert not system.has_attention
