import math

import numpy as np
import pytest
from helpers import random_records, write_dataset

from axml_tf.console.errors import UserError
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.system_registry import SYSTEMS, make_system
from axml_tf.training.initialization import initialize

COUNTS = [3, 1, 4, 2, 3, 1]
models = pytest.mark.parametrize("model", SYSTEMS)


@pytest.fixture
def data_dir(tmp_path):
    # The last two labels occur in no training document.
    lines = [f"l{i}\t{n}\n" for i, n in enumerate([*COUNTS, 0, 0])]
    (tmp_path / "labels.txt").write_text("".join(lines))
    vectors = np.random.default_rng(0).normal(size=(50, 4)).astype("float32")
    np.save(tmp_path / "embeddings.npy", vectors)
    return tmp_path


def prepared(data_dir, **fields):
    return write_dataset(
        data_dir,
        {"train": [random_records(4)]},
        num_unseen_labels=2,
        **fields,
    )


def system(**fields):
    return make_system(
        ModelConfig(
            vocab_size=50,
            num_labels=6,
            embedding_dim=4,
            hidden_dim=3,
            fc_dims=(2,),
            **fields,
        )
    )


# A frozen embedding takes them too.
@pytest.mark.parametrize("trainable", [True, False])
@models
def test_pretrained_vectors_become_the_embedding(data_dir, trainable, model):
    network = system(trainable_embeddings=trainable, model=model)
    initialize(network, prepared(data_dir, embedding_dim=4))
    np.testing.assert_array_equal(
        network.model.get_layer("embedding").embeddings,
        np.load(data_dir / "embeddings.npy"),
    )


@models
def test_without_pretrained_vectors_all_weights_stay_random(data_dir, model):
    network = system(model=model)
    before = network.model.get_weights()
    initialize(network, prepared(data_dir))
    for old, new in zip(before, network.model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("attention_xml", "label_head/label_biases"),
        ("xml_rnn", "output/bias"),
        ("xml_cnn", "output/bias"),
    ],
)
def test_label_biases_start_at_the_log_odds_in_training(data_dir, model, path):
    network = system(label_bias=True, model=model)
    initialize(network, prepared(data_dir))
    (biases,) = (w for w in network.model.weights if w.path == path)
    # Of 4 documents; half a document is added on either side.
    expected = [math.log((n + 0.5) / (4 - n + 0.5)) for n in COUNTS]
    np.testing.assert_allclose(biases, expected, rtol=1e-6)


def test_probabilities_start_at_the_share_of_each_label(data_dir):
    network = system(label_bias=True)
    initialize(network, prepared(data_dir))
    # On an empty document the label biases alone speak.
    logits = network.model(np.zeros((1, 2), np.int32)).numpy()[0]
    shares = [(n + 0.5) / 5 for n in COUNTS]
    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), shares, rtol=1e-5)


def test_vectors_of_another_shape_are_refused(data_dir):
    np.save(data_dir / "embeddings.npy", np.zeros((50, 3), "float32"))
    with pytest.raises(UserError) as error:
        initialize(system(), prepared(data_dir, embedding_dim=3))
    assert str(error.value) == (
        f"{data_dir}/embeddings.npy has shape (50, 3), the model needs "
        "(50, 4). Prepare the data again."
    )


@pytest.mark.parametrize("content", [None, b"", b"no array", b"\x93NUMPY\x01"])
def test_unreadable_vectors_are_named(data_dir, content):
    path = data_dir / "embeddings.npy"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError) as error:
        initialize(system(), prepared(data_dir, embedding_dim=4))
    assert str(error.value).startswith(f"{path} cannot be read (")
