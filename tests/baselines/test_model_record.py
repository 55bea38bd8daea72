"""A kept model says what it is, and is used for nothing else."""

import dataclasses

import pytest

from axml_tf.baselines.model_record import ModelRecord
from axml_tf.console.errors import UserError

RECORD = ModelRecord(
    system="parabel",
    settings={"linear_c": "1.0"},
    data="0123456789abcdef",
    seconds=1.5,
    cpu_seconds=2.5,
    peak_memory=2**30,
    num_threads=2,
    machine="a machine, 2 cores",
)


def test_record_comes_back_as_it_was_saved(tmp_path):
    RECORD.save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["model.json"]
    assert ModelRecord.load(tmp_path) == RECORD


def test_there_is_no_record_before_there_is_a_model(tmp_path):
    assert ModelRecord.load(tmp_path) is None
    assert ModelRecord.load(tmp_path / "nowhere") is None


def test_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(UserError) as error:
        ModelRecord.load(tmp_path)
    assert str(error.value) == (
        f"{tmp_path} holds no model of a baseline: model.json is missing. "
        "Name another folder for --model_dir."
    )


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"system": "parabel"}', '{"system": 7}']
)
def test_damaged_record_is_a_user_error(tmp_path, content):
    (tmp_path / "model.json").write_text(content)
    with pytest.raises(
        UserError, match=rf"json is damaged .*Remove {tmp_path} to train again"
    ):
        ModelRecord.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("system", "one_vs_rest"),
        ("settings", {"linear_c": "2.0"}),
        ("data", "f" * 16),
    ],
)
def test_model_of_anything_else_is_refused(name, other):
    wanted = {
        field: getattr(RECORD, field)
        for field in ("system", "settings", "data")
    }
    RECORD.check("MODEL", **wanted)
    # Where and how fast it was trained does not matter.
    dataclasses.replace(RECORD, seconds=9, machine="x").check("MODEL", **wanted)
    with pytest.raises(UserError) as error:
        RECORD.check("MODEL", **{**wanted, name: other})
    assert str(error.value) == (
        f"The model in MODEL does not fit: its {name} is {wanted[name]}, "
        f"wanted is {other}. Name another folder for --model_dir, or remove "
        "it to train again."
    )
