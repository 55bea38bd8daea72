"""From features to a predictions file, with the model kept or not."""

import hashlib

import numpy as np
import pytest
from sparse_data import planted_labels, random_features, write_sparse_data

from axml_tf.baselines import one_vs_rest, predict_split
from axml_tf.console import machine
from axml_tf.console.errors import UserError
from axml_tf.dataset import sparse_features
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation.evaluate import evaluate
from axml_tf.formats.predictions import TopK

pytest.importorskip("omikuji", reason="needs omikuji")
pytest.importorskip("sklearn", reason="needs scikit-learn")

NUM_LABELS = 6
SYSTEMS = ("parabel", "one_vs_rest")


@pytest.fixture
def data(tmp_path):
    splits = {}
    for seed, (name, count) in enumerate((("train", 300), ("test", 40))):
        features = random_features(count, 15, seed)
        splits[name] = features, planted_labels(features, NUM_LABELS)
    # A label that training has not.
    splits["test"][1][0].append(NUM_LABELS)
    return write_sparse_data(tmp_path / "data", splits, NUM_LABELS, 1)


def predict(data, system, split="test", *, top_k=100, **options):
    # As new as what it holds: its files may have changed.
    data = PreparedData(data.folder)
    return predict_split.predict_split(
        system,
        data,
        split,
        top_k=top_k,
        work_dir=data.folder.parent,
        num_threads=1,
        **options,
    )


def refuse_to_train(*args):
    raise AssertionError("trained again")


@pytest.mark.parametrize("system", SYSTEMS)
def test_planted_labels_come_first(data, system):
    predictions = predict(data, system)
    assert predictions.document_ids.tolist() == [f"d{i}" for i in range(40)]
    # All labels of training, and the unseen one never.
    assert predictions.label_ids.shape == (40, NUM_LABELS)
    assert predictions.label_ids.max() == NUM_LABELS - 1
    report = evaluate(predictions, data, "test", ks=(1,))
    assert report["num_unseen_labels"] == 1
    # A few documents have no planted feature, and so no label.
    with_labels = 40 - report["num_documents_without_labels"]
    assert report["measures"]["P@1"] > 95 * with_labels / 40
    # Nothing is left of a model that is not kept.
    assert [path.name for path in data.folder.parent.iterdir()] == ["data"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_kept_model_is_used_again(data, system, monkeypatch):
    model_dir = data.folder.parent / "model"
    first = predict(data, system, model_dir=model_dir)
    monkeypatch.setattr(predict_split.SYSTEMS[system], "train", refuse_to_train)
    second = predict(data, system, model_dir=model_dir)
    np.testing.assert_array_equal(first.label_ids, second.label_ids)
    np.testing.assert_array_equal(first.scores, second.scores)
    assert second.made_by.train_seconds == first.made_by.train_seconds
    third = predict(data, system, "train", top_k=2, model_dir=model_dir)
    assert third.label_ids.shape == (300, 2)
    assert third.made_by.train_seconds == first.made_by.train_seconds


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_made_the_predictions_is_recorded(data, system, tmp_path):
    path = tmp_path / "p.npz"
    predict(data, system).save(path)
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
    labels = (data.folder / "labels.txt").read_bytes()
    digest = hashlib.sha256(labels).hexdigest()[:16]
    assert made_by.settings["labels.txt"] == digest


def test_a_model_of_other_data_is_refused(data):
    model_dir = data.folder.parent / "model"
    predict(data, "one_vs_rest", model_dir=model_dir)
    labels = data.folder / "train.labels.txt"
    before = labels.read_text()
    labels.write_text(before.replace("d7\t", "d7\t5 "))
    with pytest.raises(
        UserError, match=f"in {model_dir} does not fit: its data"
    ):
        predict(data, "one_vs_rest", model_dir=model_dir)
    labels.write_text(before)
    features = sparse_features.read(data, "train")
    features.data[3] *= 2
    sparse_features.write(data.folder, "train", features)
    with pytest.raises(UserError, match="does not fit: its data"):
        predict(data, "one_vs_rest", model_dir=model_dir)


def test_a_model_of_another_system_or_other_settings_is_refused(
    data, monkeypatch
):
    model_dir = data.folder.parent / "model"
    predict(data, "one_vs_rest", model_dir=model_dir)
    with pytest.raises(
        UserError, match="its system is one_vs_rest, wanted is parabel"
    ):
        predict(data, "parabel", model_dir=model_dir)
    monkeypatch.setitem(one_vs_rest.SETTINGS, "C", 2.0)
    with pytest.raises(UserError, match="does not fit: its settings is"):
        predict(data, "one_vs_rest", model_dir=model_dir)


@pytest.mark.parametrize("system", SYSTEMS)
def test_training_that_fails_leaves_no_model(data, system, monkeypatch):
    def full_disk(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(machine, "peak_memory", full_disk)
    model_dir = data.folder.parent / "model"
    with pytest.raises(OSError, match="No space left"):
        predict(data, system, model_dir=model_dir)
    assert [path.name for path in data.folder.parent.iterdir()] == ["data"]


def test_features_of_other_columns_are_refused(data):
    sparse_features.write(data.folder, "test", random_features(40, 14))
    with pytest.raises(
        UserError, match="of test have 14 columns, those of train 15"
    ):
        predict(data, "one_vs_rest")


def test_an_empty_split_is_a_user_error(tmp_path):
    data = write_sparse_data(
        tmp_path / "data",
        {
            "train": (random_features(5, 3), [[0]] * 5),
            "dev": (random_features(0, 3), []),
        },
        1,
    )
    with pytest.raises(UserError, match=r"The dev split of .* no documents"):
        predict(data, "one_vs_rest", "dev")


def test_lengths_of_rows_do_not_matter(data):
    expected = predict(data, "one_vs_rest")
    for split in ("train", "test"):
        features = sparse_features.read(data, split)
        features.data *= 8
        sparse_features.write(data.folder, split, features)
    found = predict(data, "one_vs_rest")
    np.testing.assert_array_equal(found.label_ids, expected.label_ids)
