import dataclasses
import json

import pytest

from axml_tf.console.errors import UserError
from axml_tf.console.origin import origin
from axml_tf.models.model_config import ModelConfig
from axml_tf.runs import run_record
from axml_tf.runs.run_record import RunRecord, claim, differences
from axml_tf.runs.training_config import TrainingConfig

MODEL = ModelConfig(vocab_size=50, num_labels=6, fc_dims=(8, 4))
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


def test_everything_that_differs_is_named_in_order():
    was = {"vocab.txt": "f00d", "labels.txt": "beef", "max_length": 500}
    now = {"vocab.txt": "f00d", "labels.txt": "cafe", "max_length": 200}
    assert differences(was, was) == []
    assert differences(was, now) == [
        "labels.txt was beef, is cafe",
        "max_length was 500, is 200",
    ]


def test_what_an_earlier_version_did_not_keep_is_not_compared():
    assert differences({}, {"max_length": 3}) == []
    assert differences({"max_length": 3}, {}) == []


def in_earlier_spelling(folder):
    """What stands in a folder, as it was called before."""
    path = folder / "config.json"
    content = json.loads(path.read_text())
    content["data"]["train_left_out"] = content["data"].pop("train_skipped")
    # Settings that came later.
    del content["model"]["encoder"]
    path.write_text(json.dumps(content))


def test_record_of_an_earlier_version_is_read_and_resumed(tmp_path):
    data = {**DATA, "train_skipped": 2}
    claim(tmp_path, MODEL, TRAINING, data)
    in_earlier_spelling(tmp_path)
    assert RunRecord.load(tmp_path).data == data
    assert RunRecord.load(tmp_path).model == MODEL
    with pytest.raises(UserError, match="data: train_skipped was 2, is 3"):
        claim(tmp_path, MODEL, TRAINING, {**data, "train_skipped": 3})
    assert claim(tmp_path, MODEL, TRAINING, data) == []
    content = json.loads((tmp_path / "config.json").read_text())
    assert content["data"] == data
    assert content["model"]["encoder"] == "lstm"


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
        (lambda content: content.update(data=["max_length"]), "list"),
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
