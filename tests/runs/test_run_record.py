import dataclasses
import json

import pytest
from helpers import random_records, write_dataset

from axml_tf.console.errors import UserError
from axml_tf.console.origin import origin
from axml_tf.dataset import data_identity
from axml_tf.models.model_config import ModelConfig
from axml_tf.runs import run_record
from axml_tf.runs.run_record import RunRecord, check_fits, claim
from axml_tf.runs.training_config import TrainingConfig

MODEL = ModelConfig(*(50, 6), fc_dims=(8, 4))
TRAINING = TrainingConfig()
DATA = {"labels.txt": "f00d", "max_length": 500}


def test_claimed_settings_are_read_back(tmp_path):
    claim(tmp_path / "new", MODEL, TRAINING, DATA)
    loaded = RunRecord.load(tmp_path / "new")
    assert loaded == RunRecord(MODEL, TRAINING, DATA, origin())
    assert loaded.model.fc_dims == (8, 4)
    content = json.loads((tmp_path / "new" / "config.json").read_text())
    assert content["training"]["learning_rate"] == 1e-3
    assert {"axml_tf", "tensorflow", "git_commit"} < content["made_by"].keys()


def test_same_run_may_be_claimed_again(tmp_path):
    for _ in range(2):
        assert claim(tmp_path, MODEL, TRAINING, DATA) == []


def test_other_versions_are_told_and_those_of_the_start_kept(
    tmp_path, monkeypatch
):
    claim(tmp_path, MODEL, TRAINING, DATA)
    begun = origin()
    monkeypatch.setattr(
        run_record, "origin", lambda: {**begun, "tensorflow": "9.9"}
    )
    for _ in range(2):
        assert claim(tmp_path, MODEL, TRAINING, DATA) == [
            f"tensorflow was {begun['tensorflow']}, is 9.9"
        ]
    assert RunRecord.load(tmp_path).made_by == begun


def test_end_and_rhythm_of_a_run_may_change(tmp_path):
    claim(tmp_path, MODEL, TRAINING, DATA)
    changed = dataclasses.replace(
        TRAINING,
        max_epochs=99,
        checkpoint_every="10min",
        early_stopping_patience=2,
        label_chunk_size=1000,
    )
    claim(tmp_path, MODEL, changed, DATA)
    assert RunRecord.load(tmp_path).training == changed


def test_run_of_other_settings_is_refused_with_their_names(tmp_path):
    claim(tmp_path, MODEL, TRAINING, DATA)
    with pytest.raises(UserError) as error:
        claim(
            tmp_path,
            dataclasses.replace(MODEL, fc_dims=(8,)),
            dataclasses.replace(TRAINING, seed=3, max_epochs=99),
            DATA,
        )
    assert str(error.value) == (
        f"{tmp_path} holds a run of other settings: fc_dims was (8, 4), is "
        "(8,); seed was 0, is 3. Name another --model_dir, or train with the "
        "settings it has."
    )
    # What stood there is untouched.
    assert RunRecord.load(tmp_path).training == TRAINING


def test_run_on_other_data_is_refused(tmp_path):
    claim(tmp_path, MODEL, TRAINING, DATA)
    with pytest.raises(UserError) as error:
        claim(tmp_path, MODEL, TRAINING, {**DATA, "max_length": 200})
    assert str(error.value) == (
        f"{tmp_path} holds a run on other data: max_length was 500, is 200. "
        "Name another --model_dir, or the data it was trained on."
    )


def test_model_on_other_labels_is_refused(tmp_path):
    data_dir, model_dir = tmp_path / "data", tmp_path / "model"
    info = write_dataset(data_dir, {"train": [random_records(5)]})
    parts = data_identity.training_parts(data_dir, info)
    claim(model_dir, MODEL, TRAINING, parts)
    check_fits(model_dir, data_dir, info)
    # Other documents are no reason not to use a model.
    more = write_dataset(data_dir, {"train": [random_records(7)]})
    check_fits(model_dir, data_dir, more)
    (data_dir / "labels.txt").write_text("other\t1\n")
    with pytest.raises(UserError) as error:
        check_fits(model_dir, data_dir, info)
    assert str(error.value).startswith(
        f"{model_dir} was trained on other data than {data_dir} holds: "
        f"labels.txt was {parts['labels.txt']}, is "
    )


def test_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(UserError, match=r"config\.json is missing"):
        RunRecord.load(tmp_path)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda content: content["training"].update(colour=1), "colour"),
        (lambda content: content["model"].pop("num_labels"), "num_labels"),
        (lambda content: content["model"].update(fc_dims=["a"]), "fc_dims"),
        (lambda content: content["model"].update(dropout=None), "dropout"),
        (lambda content: content.pop("data"), "data"),
    ],
)
def test_damaged_settings_are_named(tmp_path, damage, reason):
    claim(tmp_path, MODEL, TRAINING, DATA)
    path = tmp_path / "config.json"
    content = json.loads(path.read_text())
    damage(content)
    path.write_text(json.dumps(content))
    with pytest.raises(UserError) as error:
        RunRecord.load(tmp_path)
    assert str(error.value).startswith(f"{path} is damaged (")
    assert reason in str(error.value)


def test_settings_that_are_no_json_are_named(tmp_path):
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(UserError, match=r"config\.json is damaged"):
        RunRecord.load(tmp_path)


def test_settings_that_are_no_object_are_named(tmp_path):
    (tmp_path / "config.json").write_text('["model"]')
    with pytest.raises(UserError, match=r"config\.json is damaged"):
        RunRecord.load(tmp_path)
