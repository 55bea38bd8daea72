import csv
import json
import os
import subprocess
import sys

import numpy as np
import pytest

import axml_tf
from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.formats.predictions import TopK
from axml_tf.runs.run_record import RunRecord

TRAIN = [
    {"text": f"word{i % 7} and word{i % 3}", "labels": [f"label{i % 3}"]}
    for i in range(60)
]
TEST = [{"text": "word1", "labels": ["label1", "new"]}]
SMALL = {
    "max_epochs": 1,
    "embedding_dim": 4,
    "hidden_dim": 3,
    "fc_dims": (4,),
}


class Frame:
    """What of a pandas DataFrame is used."""

    def __init__(self, rows):
        self.columns = list(rows[0])
        self.rows = rows

    def __getitem__(self, name):
        return [row[name] for row in self.rows]


def files_of(data):
    return {
        path.name: path.read_bytes()
        for path in data.folder.iterdir()
        if path.name != "dataset.json"
    }


def test_import_costs_no_tensorflow():
    code = (
        "import sys, axml_tf; dir(axml_tf);"
        "print(axml_tf.__version__, 'tensorflow' in sys.modules,"
        " 'numpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert done.stdout.split()[1:] == ["False", "False"], done.stderr


def test_every_public_name_is_there():
    for name in axml_tf.__all__:
        assert getattr(axml_tf, name) is not None
        assert name in dir(axml_tf)
    with pytest.raises(AttributeError, match="no attribute 'fit'"):
        _ = axml_tf.fit


def test_dictionaries_frames_and_files_prepare_the_same_data(tmp_path):
    with open(tmp_path / "train.jsonl", "w") as file:
        file.writelines(json.dumps(row) + "\n" for row in TRAIN)
    with open(tmp_path / "some.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "labels"])
        writer.writerows([r["text"], " ".join(r["labels"])] for r in TRAIN)
    given = {
        "dictionaries": TRAIN,
        "frame": Frame(TRAIN),
        "jsonl": str(tmp_path / "train.jsonl"),
        "csv": tmp_path / "some.csv",
    }
    found = [
        files_of(axml_tf.prepare(rows, test=TEST, out=tmp_path / name))
        for name, rows in given.items()
    ]
    assert found[0] == found[1] == found[2] == found[3]
    assert "test.labels.txt" in found[0]


def test_settings_have_the_names_of_the_flags(tmp_path):
    rows = [{"body": "a b c d", "tags": "x|y", "key": "d1"}] * 2
    rows = [dict(row, key=f"d{i}") for i, row in enumerate(rows)]
    data = axml_tf.prepare(
        rows,
        dev=rows,
        text="body",
        labels="tags",
        id="key",
        label_separator="|",
        max_length=3,
        min_count=1,
        out=tmp_path / "data",
    )
    assert isinstance(data, PreparedData)
    assert data.info.max_length == 3
    assert data.label_names == ["x", "y"]
    assert [name for name, _ in data.true_labels("dev")] == ["d0", "d1"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda folder: axml_tf.prepare(TRAIN, out=folder, max_lenght=3),
            "axml_tf.prepare has no setting 'max_lenght'. Did you mean "
            "'max_length'?",
        ),
        (
            lambda folder: axml_tf.prepare(iter(TRAIN), out=folder / "x"),
            "train can be gone through once only",
        ),
        (
            lambda folder: axml_tf.prepare([{"text": "a"}], out=folder / "x"),
            "document 0 of train: 'labels' is missing; there are 'text'.",
        ),
        (
            lambda folder: axml_tf.prepare("train.txt", out=folder / "x"),
            "train.txt must end in .jsonl, .jsonl.gz or .csv",
        ),
        (lambda folder: axml_tf.load(folder / "none"), "is no folder"),
        (lambda folder: axml_tf.load(folder), "holds no exported model"),
        (
            lambda folder: axml_tf.train(folder, folder / "m", epochs=3),
            "dataset.json is missing",
        ),
    ],
)
def test_mistake_is_told_as_by_the_commands(tmp_path, call, message):
    with pytest.raises(axml_tf.UserError) as error:
        call(tmp_path)
    assert message in str(error.value)


def test_training_takes_settings_resumes_and_gives_the_model(tmp_path):
    data = axml_tf.prepare(TRAIN, test=TEST, out=tmp_path / "data")
    with pytest.raises(UserError, match="no setting 'epochs'"):
        axml_tf.train(data, tmp_path / "model", epochs=3)
    assert not (tmp_path / "model").exists()
    model = axml_tf.train(data, tmp_path / "model", seed=3, **SMALL)
    record = RunRecord.load(tmp_path / "model")
    assert (record.training.seed, record.model.hidden_dim) == (3, 3)
    expected = model.predict(["word1"])
    assert len(expected[0]) == 3
    # The same call finds the run finished.
    again = axml_tf.train(str(data.folder), tmp_path / "model", seed=3, **SMALL)
    assert again.predict(["word1"]) == expected
    with pytest.raises(UserError, match="other settings: seed was 3, is 4"):
        axml_tf.train(data, tmp_path / "model", seed=4, **SMALL)


def test_predictions_file_is_measured(tmp_path):
    data = axml_tf.prepare(TRAIN, test=TEST, out=tmp_path / "data")
    label = data.label_names.index("label1")
    found = TopK(
        np.array(["0"]),
        np.array([[label, *(i for i in range(3) if i != label)]], np.int32),
        np.array([[0.9, 0.5, 0.1]], np.float32),
    )
    found.save(tmp_path / "found.npz")
    for given in (found, tmp_path / "found.npz"):
        report = axml_tf.evaluate(given, os.fspath(data.folder), ks=(1,))
        assert report["measures"]["P@1"] == 100
