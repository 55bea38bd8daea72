"""XML-RNN and XML-CNN against plain NumPy, and through every command."""

import dataclasses

import numpy as np
import pytest
from helpers import set_random_weights
from small_runs import MODEL, TRAINING, state, write_data

from axml_tf.console.errors import UserError
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.export.export_model import export_model
from axml_tf.inspection.model_source import ModelSource
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.registry import build_model, loss_function, top_k_function
from axml_tf.prediction.top_k import predict_split
from axml_tf.runs.checkpoints import load_best_model
from axml_tf.training.initialization import initialize
from axml_tf.training.start import train

KINDS = ("xml_rnn", "xml_cnn")
IDS = np.array([[3, 9, 4, 7, 7, 2, 11], [5, 2, 0, 0, 0, 0, 0]], np.int32)


def random_model(kind, **options):
    model = build_model(
        ModelConfig(
            *(50, 6, 4), hidden_dim=3, fc_dims=(5,), model=kind, **options
        )
    )
    set_random_weights(model)
    return model


def weights_of(model, layer):
    return [np.asarray(w, np.float64) for w in model.get_layer(layer).weights]


def dense(model, layer, inputs):
    kernel, bias = weights_of(model, layer)
    return inputs @ kernel + bias


def by_hand(model, words):
    """Logits of a document of these words, without padding."""
    (table,) = weights_of(model, "embedding")
    embedded = table[words]
    if model.name == "xml_rnn":
        states = model.get_layer("bilstm")(
            embedded[None].astype("float32"),
            mask=np.ones((1, len(words)), bool),
        )
        pooled = np.asarray(states, np.float64)[0].max(axis=0)
    else:
        pooled = _pooled_maps(model, embedded)
    hidden = np.maximum(dense(model, "fully_connected_1", pooled), 0)
    return dense(model, "output", hidden)


def _pooled_maps(model, embedded):
    num_words = len(embedded)
    maps = []
    for width in (2, 4, 8):
        kernel, bias = weights_of(model, f"convolution_{width}")
        before = (width - 1) // 2
        column = []
        for start in range(num_words):
            total = bias.copy()
            for i in range(width):
                place = start - before + i
                if 0 <= place < num_words:
                    total += embedded[place] @ kernel[i]
            column.append(np.maximum(total, 0))
        maps.append(column)
    maps = np.concatenate(maps, axis=1)
    parts = np.zeros((8, maps.shape[1]))
    for place in range(num_words):
        part = place * 8 // num_words
        parts[part] = np.maximum(parts[part], maps[place])
    return parts.reshape(-1)


@pytest.mark.parametrize("kind", KINDS)
def test_logits_equal_a_plain_computation(kind):
    model = random_model(kind)
    logits = model(IDS).numpy()
    for row, words in zip(logits, (IDS[0], IDS[1, :2]), strict=True):
        np.testing.assert_allclose(row, by_hand(model, words), atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_loss_is_the_cross_entropy_of_the_labels(kind):
    model = random_model(kind, dropout=0.0, embedding_dropout=0.0)
    label_ids = np.array([[0, 3, 7], [-1, -1, -1]], np.int32)
    loss = loss_function(model, 0)(
        IDS, label_ids, np.array([0.5, 0.25], "float32")
    )
    expected = 0.0
    for words, true, weight in (
        (IDS[0], {0, 3}, 0.5),
        (IDS[1, :2], set(), 0.25),
    ):
        for label, logit in enumerate(by_hand(model, words)):
            share = 1 / (1 + np.exp(-logit))
            right = share if label in true else 1 - share
            expected -= weight * np.log(right)
    assert float(loss) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_best_labels_are_a_plain_sort(kind):
    model = random_model(kind)
    logits, label_ids = top_k_function(model, 3)(IDS)
    for row, words in enumerate((IDS[0], IDS[1, :2])):
        expected = by_hand(model, words)
        best = np.argsort(-expected, kind="stable")[:3]
        assert label_ids.numpy()[row].tolist() == best.tolist()
        np.testing.assert_allclose(logits[row], expected[best], atol=1e-5)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    folder = write_data(tmp_path_factory.mktemp("data"))
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_training_learns_resumes_and_predicts(data_dir, tmp_path, kind):
    model = dataclasses.replace(MODEL, model=kind)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(model, TRAINING, data_dir, whole)
    for epochs in (1, 2):
        settings = dataclasses.replace(TRAINING, max_epochs=epochs)
        train(model, settings, data_dir, parts)
    expected = state(whole)
    for name, value in state(parts).items():
        np.testing.assert_array_equal(value, expected[name], err_msg=name)
    found = predict_split(whole, data_dir, "dev", 4, 8)
    assert found.label_ids.shape == (10, 4)
    assert found.made_by.system == kind
    loaded, _ = load_best_model(whole)
    assert loaded.name == kind


@pytest.mark.parametrize("kind", KINDS)
def test_label_bias_starts_at_the_log_odds(data_dir, kind, monkeypatch):
    model = build_model(dataclasses.replace(MODEL, model=kind))
    info = DatasetInfo.load(data_dir)
    config = dataclasses.replace(MODEL, model=kind, label_bias=True)
    initialize(model, config, info, data_dir)
    counts = np.arange(10, 16)
    np.testing.assert_allclose(
        model.get_layer("output").bias,
        np.log((counts + 0.5) / (44 - counts + 0.5)),
        rtol=1e-5,
    )


@pytest.mark.parametrize(
    ("setting", "value"),
    [("mixed_precision", "bfloat16"), ("label_chunk_size", 3)],
)
def test_settings_of_attention_are_refused(data_dir, tmp_path, setting, value):
    settings = dataclasses.replace(TRAINING, **{setting: value})
    with pytest.raises(UserError, match=f"--{setting}={value} is for"):
        train(
            dataclasses.replace(MODEL, model="xml_cnn"),
            settings,
            data_dir,
            tmp_path / "m",
        )
    assert not (tmp_path / "m").exists()


def test_what_has_no_attention_is_neither_shown_nor_exported(
    data_dir, tmp_path
):
    model = dataclasses.replace(MODEL, model="xml_cnn")
    train(
        model, dataclasses.replace(TRAINING, max_epochs=1), data_dir, tmp_path
    )
    with pytest.raises(
        UserError, match="xml_cnn model, which has no attention"
    ):
        export_model(tmp_path, data_dir, tmp_path / "out")
    with pytest.raises(
        UserError, match="xml_cnn model, which has no attention"
    ):
        ModelSource.from_checkpoint(tmp_path, data_dir)
