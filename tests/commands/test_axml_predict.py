import dataclasses
import subprocess

import numpy as np
import pytest
from small_runs import MODEL, TRAINING, write_data

from axml_tf.formats.predictions import TopK
from axml_tf.prediction.top_k import predict_split
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.training.start import train
from benchmarks.programs import program


def predict(**flags):
    return subprocess.run(
        [
            program("predict"),
            *(f"--{name}={value}" for name, value in flags.items()),
        ],
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def model_dir(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    train(MODEL, dataclasses.replace(TRAINING, max_epochs=1), data, folder)
    return folder


def test_predictions_of_a_trained_model_are_written(data, model_dir, tmp_path):
    path = tmp_path / "new" / "top.npz"
    done = predict(
        model_dir=model_dir,
        data_dir=data.folder,
        split="dev",
        top_k=4,
        output=path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"10 documents, written to {path}\n"
    top_k = TopK.load(path)
    assert sorted(top_k.document_ids) == sorted(f"d{i}" for i in range(10))
    expected = predict_split(TrainedModel(model_dir), data, "dev", top_k=4)
    by_id = dict(zip(expected.document_ids, expected.scores, strict=True))
    assert top_k.label_ids.shape == (10, 4)
    for name, scores in zip(top_k.document_ids, top_k.scores, strict=True):
        np.testing.assert_allclose(scores, by_id[name], atol=1e-6)
    assert top_k.made_by.system == "attention_xml"
    assert top_k.made_by.train_seconds > 0


def test_data_that_do_not_fit_the_model_are_one_line(model_dir, tmp_path):
    other = write_data(tmp_path / "other", fingerprint="beef").folder
    done = predict(
        model_dir=model_dir, data_dir=other, output=tmp_path / "top.npz"
    )
    assert (done.returncode, done.stderr) == (
        1,
        f"error: {model_dir} was trained on other data than {other} holds: "
        "fingerprint was f00d, is beef. Name the data it was trained on.\n",
    )
    assert not (tmp_path / "top.npz").exists()


def test_predictions_that_cannot_be_written_are_one_line(
    data, model_dir, tmp_path
):
    (tmp_path / "file").write_text("in the way")
    done = predict(
        model_dir=model_dir,
        data_dir=data.folder,
        split="dev",
        output=tmp_path / "file" / "top.npz",
    )
    assert done.returncode == 1
    error = done.stderr.splitlines()[-1]
    assert error.startswith("error: ")
    assert f"{tmp_path}/file" in error
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
