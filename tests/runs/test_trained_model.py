"""A model folder is whole in itself; one of an earlier version still opens."""

import dataclasses
import json
import shutil

import numpy as np
import pytest
import tensorflow as tf
from helpers import random_records, write_dataset
from small_runs import MODEL, TRAINING, state, write_data

import axml_tf
from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.export.export_model import export_model
from axml_tf.inspection.model_source import ModelSource
from axml_tf.inspection.split_documents import all_documents
from axml_tf.prediction.top_k import predict_split
from axml_tf.runs.run_record import RunRecord
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.training.start import train

ONE_EPOCH = dataclasses.replace(TRAINING, max_epochs=1)
TEXT = b"word2 Word7, word9 nope"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Folder with a model, and beside it the data it was trained on."""
    folder = tmp_path_factory.mktemp("run")
    data = write_data(folder / "data", num_unseen_labels=2)
    train(MODEL, ONE_EPOCH, data, folder / "model")
    return folder


@pytest.fixture
def data(run):
    return PreparedData(run / "data")


@pytest.fixture
def model_dir(run, tmp_path):
    """A copy of the model, for a test to change."""
    return shutil.copytree(run / "model", tmp_path / "model")


@pytest.fixture
def earlier_dir(model_dir):
    """The model as the version before has left it."""
    shutil.rmtree(model_dir / "data")
    path = model_dir / "config.json"
    content = json.loads(path.read_text())
    content["data"]["train_left_out"] = content["data"].pop("train_skipped")
    del content["model"]["encoder"]
    path.write_text(json.dumps(content))
    return model_dir


def files_below(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_opened_model_has_the_best_weights_of_its_run(run):
    model = TrainedModel(run / "model")
    best = state(run / "model", "best")
    weights = model.system.model.get_weights()
    assert len(weights) == len(best)
    for place, weight in enumerate(weights):
        np.testing.assert_array_equal(weight, best[f"model/{place}"])


def test_opened_model_knows_what_it_is(run, data):
    model = TrainedModel(run / "model")
    assert model.folder == run / "model"
    assert model.record == RunRecord.load(run / "model")
    assert model.record.model == model.system.config == MODEL
    assert model.data.folder == run / "model" / "data"
    # Whether or not the data it was trained on are named as well.
    assert TrainedModel(run / "model", data).data.folder == model.data.folder
    assert model.data.info == data.info
    # Not those two that training has not seen.
    assert model.label_names == [f"label {i}" for i in range(6)]
    assert len(model.data.all_label_names) == 8
    # 24 comes from the training, 500 from the data.
    assert model.max_length == model.tokenizer.max_length == 24
    assert not model.system.jit_compile
    assert TrainedModel(run / "model", jit_compile=True).system.jit_compile


def test_words_of_a_text_are_those_of_the_vocabulary(run):
    token_ids = TrainedModel(run / "model").tokenizer(tf.constant([TEXT]))
    assert token_ids.token_ids.to_list() == [[2, 7, 9, 1]]


def test_folder_is_whole_in_itself(run, data, tmp_path):
    documents = list(all_documents(data, "dev"))
    expected = predict_split(TrainedModel(run / "model"), data, "dev", top_k=6)
    by_id = dict(zip(expected.document_ids, expected.scores, strict=True))
    data.folder.rename(run / "away")
    try:
        found = axml_tf.load(run / "model").predict(
            [document.text for document in documents], top_k=6
        )
        source = ModelSource.of_trained(TrainedModel(run / "model"))
        explained = source.explain(TEXT, ["label 3", "label 0"])
        path = export_model(TrainedModel(run / "model"), tmp_path / "axml")
    finally:
        (run / "away").rename(data.folder)
    for document, labels in zip(documents, found, strict=True):
        np.testing.assert_allclose(
            [label.score for label in labels], by_id[document.id], rtol=1e-5
        )
    assert [view.name for view in explained.labels] == ["label 3", "label 0"]
    assert explained.starts.tolist() == [0, 6, 13, 19]
    assert path == tmp_path / "axml" / "1"
    assert (path / "saved_model.pb").is_file()


def test_folder_keeps_no_training_text(run):
    # So long that none is there by chance.
    texts = [
        b" ".join(b"word%d" % token for token in tokens)
        for _, tokens, _ in random_records(44, seed=0, longest=16)
        if len(tokens) >= 4
    ]
    assert len(texts) > 20
    shards = [path.read_bytes() for path in (run / "data").glob("train-*")]
    assert all(any(text in shard for shard in shards) for text in texts)
    kept = [path.read_bytes() for path in files_below(run / "model")]
    assert not any(text in content for text in texts for content in kept)


def test_model_of_an_earlier_version_opens_with_its_data(
    run, data, earlier_dir
):
    model = TrainedModel(earlier_dir, data)
    assert model.data is data
    assert model.record.model == MODEL
    assert model.record.data["train_skipped"] == 0
    expected = TrainedModel(run / "model").system.model.get_weights()
    for weight, other in zip(
        model.system.model.get_weights(), expected, strict=True
    ):
        np.testing.assert_array_equal(weight, other)


def test_model_of_an_earlier_version_is_refused_without_its_data(earlier_dir):
    with pytest.raises(UserError) as error:
        TrainedModel(earlier_dir)
    assert str(error.value) == (
        f"{earlier_dir} was trained by an earlier version and does not keep "
        "vocabulary and labels. Name the data it was trained on: "
        "--data_dir=DATA, in a program `data`."
    )


def test_model_of_an_earlier_version_is_resumed(
    run, data, earlier_dir, tmp_path
):
    other_dir = shutil.copytree(run / "model", tmp_path / "other")
    for folder in (earlier_dir, other_dir):
        train(MODEL, TRAINING, data, folder)
    # To the same bits as one that was of this version all the time.
    for kind in ("latest", "best"):
        np.testing.assert_equal(
            state(earlier_dir, kind), state(other_dir, kind)
        )
    # And is then whole in itself.
    assert TrainedModel(earlier_dir).data.folder == earlier_dir / "data"
    content = json.loads((earlier_dir / "config.json").read_text())
    assert content["data"]["train_skipped"] == 0
    assert "train_left_out" not in content["data"]


@pytest.mark.parametrize("fixture", ["model_dir", "earlier_dir"])
def test_model_on_other_labels_is_refused(data, fixture, tmp_path, request):
    folder = request.getfixturevalue(fixture)
    model = TrainedModel(folder, data)
    other = shutil.copytree(data.folder, tmp_path / "other")
    # Other documents are no reason not to use a model.
    model.check_fits(
        write_dataset(
            other, {"train": [random_records(7)]}, num_unseen_labels=2
        )
    )
    (other / "labels.txt").write_text("other\t1\n" * 8)
    for refused in (
        lambda: model.check_fits(PreparedData(other)),
        lambda: TrainedModel(folder, PreparedData(other)),
    ):
        with pytest.raises(UserError) as error:
            refused()
        assert str(error.value) == (
            f"{folder} was trained on other data than {other} holds: "
            f"labels.txt was {data.labels_hash}, is "
            f"{PreparedData(other).labels_hash}. Name the data it was trained "
            "on."
        )


def test_model_whose_kept_labels_have_changed_is_refused(model_dir):
    path = model_dir / "data" / "labels.txt"
    path.write_text(path.read_text().replace("label 3", "label x"))
    with pytest.raises(
        UserError,
        match=f"{model_dir} was trained on other data than {model_dir}/data "
        "holds: labels.txt was ",
    ):
        TrainedModel(model_dir)


def test_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(UserError) as error:
        TrainedModel(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}/config.json is missing: {tmp_path} holds no trained "
        "model. Train one with axml-train."
    )


def test_run_without_a_best_model_is_named(model_dir):
    shutil.rmtree(model_dir / "best")
    with pytest.raises(UserError, match="holds no finished validation yet"):
        TrainedModel(model_dir)
