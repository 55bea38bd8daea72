"""From features to a predictions file, with the model kept or not."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from sparse_data import planted_labels, random_features, write_sparse_data

from axml_tf.baselines import one_vs_rest
from axml_tf.baselines import predict_split as run
from axml_tf.console import machine
from axml_tf.console.errors import UserError
from axml_tf.dataset import sparse_features
from axml_tf.evaluation.evaluate import evaluate
from axml_tf.formats.predictions import TopK
from benchmarks.programs import program

pytest.importorskip("omikuji", reason="needs omikuji")
pytest.importorskip("sklearn", reason="needs scikit-learn")

NUM_LABELS = 6
SYSTEMS = ("parabel", "one_vs_rest")


@pytest.fixture
def data_dir(tmp_path):
    splits = {}
    for seed, (name, count) in enumerate((("train", 300), ("test", 40))):
        features = random_features(count, 15, seed)
        splits[name] = features, planted_labels(features, NUM_LABELS)
    # A label that training has not.
    splits["test"][1][0].append(NUM_LABELS)
    return write_sparse_data(tmp_path / "data", splits, NUM_LABELS, 1)


def predict(data_dir, system, split="test", top_k=100, **options):
    return run.predict_split(
        system,
        data_dir,
        split,
        top_k,
        data_dir.parent,
        num_threads=1,
        **options,
    )


def refuse_to_train(*args):
    raise AssertionError("trained again")


@pytest.mark.parametrize("system", SYSTEMS)
def test_planted_labels_come_first(data_dir, system):
    predictions = predict(data_dir, system)
    assert predictions.document_ids.tolist() == [f"d{i}" for i in range(40)]
    # All labels of training, and the unseen one never.
    assert predictions.label_ids.shape == (40, NUM_LABELS)
    assert predictions.label_ids.max() == NUM_LABELS - 1
    report = evaluate(predictions, data_dir, "test", ks=(1,))
    assert report["num_unseen_labels"] == 1
    # A few documents have no planted feature, and so no label.
    with_labels = 40 - report["num_documents_without_labels"]
    assert report["measures"]["P@1"] > 95 * with_labels / 40
    # Nothing is left of a model that is not kept.
    assert [path.name for path in data_dir.parent.iterdir()] == ["data"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_kept_model_is_used_again(data_dir, system, monkeypatch):
    model_dir = data_dir.parent / "model"
    first = predict(data_dir, system, model_dir=model_dir)
    monkeypatch.setattr(run.SYSTEMS[system], "train", refuse_to_train)
    second = predict(data_dir, system, model_dir=model_dir)
    np.testing.assert_array_equal(first.label_ids, second.label_ids)
    np.testing.assert_array_equal(first.scores, second.scores)
    assert second.made_by.train_seconds == first.made_by.train_seconds
    third = predict(data_dir, system, "train", 2, model_dir=model_dir)
    assert third.label_ids.shape == (300, 2)
    assert third.made_by.train_seconds == first.made_by.train_seconds


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_made_the_predictions_is_recorded(data_dir, system, tmp_path):
    path = tmp_path / "p.npz"
    predict(data_dir, system).save(path)
    made_by = TopK.load(path).made_by
    assert made_by.system == system
    assert 0 < made_by.train_seconds < 60
    assert 0 < made_by.predict_seconds < 60
    assert 0 < made_by.train_cpu_seconds < 60
    assert 0 < made_by.predict_cpu_seconds < 60
    assert 2**24 < made_by.peak_memory < 2**34
    assert made_by.machine == machine.describe()
    library = {"parabel": "omikuji", "one_vs_rest": "scikit-learn"}[system]
    assert {"axml_tf", "numpy", "scipy", library} < set(made_by.versions)
    assert made_by.settings["training_threads"] == "1"
    c = {"parabel": "linear_c", "one_vs_rest": "C"}[system]
    assert made_by.settings[c] == "1.0"
    labels = (data_dir / "labels.txt").read_bytes()
    digest = hashlib.sha256(labels).hexdigest()[:16]
    assert made_by.settings["labels.txt"] == digest


def test_a_model_of_other_data_is_refused(data_dir):
    model_dir = data_dir.parent / "model"
    predict(data_dir, "one_vs_rest", model_dir=model_dir)
    labels = data_dir / "train.labels.txt"
    before = labels.read_text()
    labels.write_text(before.replace("d7\t", "d7\t5 "))
    with pytest.raises(
        UserError, match=f"in {model_dir} does not fit: its data"
    ):
        predict(data_dir, "one_vs_rest", model_dir=model_dir)
    labels.write_text(before)
    features = sparse_features.read(data_dir, "train")
    features.data[3] *= 2
    sparse_features.write(data_dir, "train", features)
    with pytest.raises(UserError, match="does not fit: its data"):
        predict(data_dir, "one_vs_rest", model_dir=model_dir)


def test_a_model_of_another_system_or_other_settings_is_refused(
    data_dir, monkeypatch
):
    model_dir = data_dir.parent / "model"
    predict(data_dir, "one_vs_rest", model_dir=model_dir)
    with pytest.raises(
        UserError, match="its system is one_vs_rest, wanted is parabel"
    ):
        predict(data_dir, "parabel", model_dir=model_dir)
    monkeypatch.setitem(one_vs_rest.SETTINGS, "C", 2.0)
    with pytest.raises(UserError, match="does not fit: its settings is"):
        predict(data_dir, "one_vs_rest", model_dir=model_dir)


def test_a_folder_of_something_else_is_left_alone(data_dir):
    with pytest.raises(UserError, match="holds no model of a baseline"):
        predict(data_dir, "one_vs_rest", model_dir=data_dir)
    model_dir = data_dir.parent / "model"
    model_dir.mkdir()
    (model_dir / "model.json").write_text("{")
    with pytest.raises(UserError, match=r"model\.json is damaged"):
        predict(data_dir, "one_vs_rest", model_dir=model_dir)


@pytest.mark.parametrize("system", SYSTEMS)
def test_training_that_fails_leaves_no_model(data_dir, system, monkeypatch):
    def full_disk(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(machine, "peak_memory", full_disk)
    model_dir = data_dir.parent / "model"
    with pytest.raises(OSError, match="No space left"):
        predict(data_dir, system, model_dir=model_dir)
    assert [path.name for path in data_dir.parent.iterdir()] == ["data"]


def test_features_of_other_columns_are_refused(data_dir):
    sparse_features.write(data_dir, "test", random_features(40, 14))
    with pytest.raises(
        UserError, match="of test have 14 columns, those of train 15"
    ):
        predict(data_dir, "one_vs_rest")


def test_a_training_label_without_an_id_is_refused(data_dir):
    labels = data_dir / "train.labels.txt"
    labels.write_text(labels.read_text().replace("d7\t", "d7\t9 "))
    with pytest.raises(UserError, match="label id 9, training has 6 labels"):
        predict(data_dir, "one_vs_rest")


def test_an_empty_split_is_a_user_error(tmp_path):
    data_dir = write_sparse_data(
        tmp_path / "data",
        {
            "train": (random_features(5, 3), [[0]] * 5),
            "dev": (random_features(0, 3), []),
        },
        1,
    )
    with pytest.raises(UserError, match=r"The dev split of .* no documents"):
        predict(data_dir, "one_vs_rest", "dev")


@pytest.mark.parametrize(
    ("system", "module"), [("parabel", "omikuji"), ("one_vs_rest", "sklearn")]
)
def test_a_library_that_is_missing_is_one_clear_line(
    data_dir, system, module, monkeypatch
):
    for name in list(sys.modules):
        if name.partition(".")[0] == module:
            monkeypatch.delitem(sys.modules, name)
    # None in place of a module makes its import fail.
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        UserError, match=rf"needs {module}.*pip install 'axml_tf\[baselines\]'"
    ):
        predict(data_dir, system)


def test_lengths_of_rows_do_not_matter(data_dir):
    expected = predict(data_dir, "one_vs_rest")
    for split in ("train", "test"):
        features = sparse_features.read(data_dir, split)
        features.data *= 8
        sparse_features.write(data_dir, split, features)
    found = predict(data_dir, "one_vs_rest")
    np.testing.assert_array_equal(found.label_ids, expected.label_ids)


def test_the_command_writes_a_predictions_file(data_dir):
    output = data_dir.parent / "new" / "p.npz"
    done = subprocess.run(
        [
            program("baseline"),
            *("--system=parabel", f"--data_dir={data_dir}", "--top_k=2"),
            f"--output={output}",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert f"40 documents, written to {output}; trained in" in done.stdout
    assert "omikuji::" not in done.stdout
    assert [path.name for path in output.parent.iterdir()] == ["p.npz"]
    assert TopK.load(output).label_ids.shape == (40, 2)
