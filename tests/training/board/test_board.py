"""TensorBoard's files of whole runs, and of one moment."""

import dataclasses

import numpy as np
import pytest
from small_runs import MODEL, TRAINING
from summary_files import graphs, scalars, summaries
from tensorboard.plugins.hparams.api_pb2 import STATUS_SUCCESS
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from axml_tf.models.systems.system_registry import make_system
from axml_tf.training import run as training_run
from axml_tf.training.board.board import Board
from axml_tf.training.start import train


def test_tensorboard_gets_scalars(data, tmp_path, monkeypatch):
    monkeypatch.setattr(training_run, "_TELL_EVERY", 4)
    best = train(MODEL, TRAINING, data, tmp_path)
    curves = scalars(tmp_path / "tensorboard")
    assert curves.keys() == {
        *("train/loss", "train/documents_per_second"),
        *("train/learning_rate", "train/gradient_norm"),
        "dev/attention_entropy",
        *(
            f"{split}/{name}@{k}"
            for split in ("dev", "best")
            for name in ("P", "nDCG")
            for k in (1, 3, 5)
        ),
    }
    assert list(curves["train/loss"]) == [4, 8, 12, 16]
    assert all(0 < loss < 2 for loss in curves["train/loss"].values())
    assert list(curves["dev/nDCG@5"]) == [8, 16]
    assert max(curves["dev/nDCG@5"].values()) == pytest.approx(best)
    # After 4 steps: past the warm-up, 4 of 12 steps down the cosine.
    assert curves["train/learning_rate"][4] == pytest.approx(
        5e-3 * np.cos(np.pi / 6) ** 2
    )
    # Before the first step, and after each epoch.
    assert list(curves["dev/attention_entropy"]) == [0, 8, 16]


def test_attention_is_looked_at_every_so_many_epochs(data, tmp_path):
    for every, steps in ((0, None), (2, [0, 16, 32])):
        settings = dataclasses.replace(
            TRAINING, max_epochs=5, attention_every=every
        )
        train(MODEL, settings, data, tmp_path / str(every))
        curves = scalars(tmp_path / str(every) / "tensorboard")
        found = curves.get("dev/attention_entropy")
        assert (list(found) if found else None) == steps


def test_tensorboard_gets_settings_graph_and_an_end(data, tmp_path):
    train(MODEL, TRAINING, data, tmp_path)
    folder = tmp_path / "tensorboard"
    contents = [
        HParamsPluginData.FromString(value.metadata.plugin_data.content)
        for value in summaries(folder)
        if value.metadata.plugin_data.plugin_name == "hparams"
    ]
    start, *_ = [
        x.session_start_info.hparams
        for x in contents
        if x.HasField("session_start_info")
    ]
    assert start["learning_rate"].number_value == 5e-3
    assert start["hidden_dim"].number_value == 3
    assert start["mixed_precision"].string_value == "none"
    assert contents[-1].session_end_info.status == STATUS_SUCCESS
    (graph,) = graphs(folder)
    layers = {node.name.split("/")[0] for node in graph.node}
    for layer in ("embedding", "bilstm", "value_projection", "label_head"):
        assert any(name.startswith(layer) for name in layers)


def board_of(data, folder, model):
    """A board, and the system that it shows."""
    system = make_system(dataclasses.replace(MODEL, model=model))
    return Board(folder, system, TRAINING, data), system


def test_label_vectors_are_those_of_the_best_validation(data, tmp_path):
    board, system = board_of(data, tmp_path, "attention_xml")
    path = tmp_path / "tensorboard" / "label_vectors.bin"
    board.is_validated(3, {"P@1": 0.25}, False)
    assert not path.exists()
    best = np.arange(36, dtype="float32").reshape(6, 6)
    system.label_vectors.assign(best)
    board.is_validated(6, {"P@1": 0.5}, True)
    system.label_vectors.assign(-best)
    board.is_validated(9, {"P@1": 0.375}, False)
    board.run_ends(9)
    written = np.fromfile(path, "<f4").reshape(6, 6)
    # The first number has a mark in its mantissa.
    np.testing.assert_array_equal(written.ravel()[1:], best.ravel()[1:])
    assert scalars(tmp_path / "tensorboard") == {
        "dev/P@1": {3: 0.25, 6: 0.5, 9: 0.375},
        "best/P@1": {6: 0.5},
    }


def test_system_without_attention_has_all_but_that(data, tmp_path):
    board, _ = board_of(data, tmp_path, "xml_cnn")
    board.run_begins()
    board.steps_are_made(1, {"loss": 0.5})
    board.is_validated(2, {"P@1": 0.25}, True)
    board.epoch_ends(1, 2)
    board.run_ends(2)
    folder = tmp_path / "tensorboard"
    assert scalars(folder) == {
        "train/loss": {1: 0.5},
        "dev/P@1": {2: 0.25},
        "best/P@1": {2: 0.25},
    }
    assert len(graphs(folder)) == 1
    assert not (folder / "label_vectors.bin").exists()
    tags = [value.tag for value in summaries(folder)]
    assert not [tag for tag in tags if "attention" in tag]
