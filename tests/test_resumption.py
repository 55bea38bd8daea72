"""What a run that goes on does; `tests/test_training.py` has the rest."""

import dataclasses
import json

import numpy as np
import pytest
from small_runs import MODEL, STEPS_PER_EPOCH, TRAINING, state, write_data

from axml_tf import config, training
from axml_tf.errors import UserError
from axml_tf.training import train


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def uninterrupted(data_dir, tmp_path_factory):
    """Folder of a run over both epochs at once."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    train(MODEL, TRAINING, data_dir, folder)
    return folder


def assert_same_state(folder, other):
    found, expected = state(folder), state(other)
    assert found.keys() == expected.keys()
    assert len(found) > 20
    for name, value in found.items():
        np.testing.assert_array_equal(value, expected[name], err_msg=name)


class PowerCut(Exception):
    """What no code of the run can know of."""


def stop_after(monkeypatch, steps):
    """Lets training die in the midst of the step after these."""
    make_training_step = training.make_training_step
    made = 0

    def make(*arguments):
        step = make_training_step(*arguments)

        def dying(batch):
            nonlocal made
            if made == steps:
                raise PowerCut
            made += 1
            return step(batch)

        return dying

    monkeypatch.setattr(training, "make_training_step", make)


def test_run_that_stops_after_an_epoch_goes_on_bit_for_bit(
    data_dir, uninterrupted, tmp_path, capsys
):
    train(
        MODEL,
        dataclasses.replace(TRAINING, max_epochs=1),
        data_dir,
        tmp_path,
    )
    assert f"after step {STEPS_PER_EPOCH}" not in capsys.readouterr().out
    train(MODEL, TRAINING, data_dir, tmp_path)
    assert f"after step {STEPS_PER_EPOCH}." in capsys.readouterr().out
    assert_same_state(tmp_path, uninterrupted)


@pytest.mark.parametrize("steps", [4, STEPS_PER_EPOCH + 5])
def test_run_that_dies_within_an_epoch_goes_on_bit_for_bit(
    data_dir, uninterrupted, tmp_path, monkeypatch, steps
):
    settings = dataclasses.replace(TRAINING, checkpoint_every=3)
    with monkeypatch.context() as patch:
        stop_after(patch, steps)
        with pytest.raises(PowerCut):
            train(MODEL, settings, data_dir, tmp_path)
    # The step that died, and those since the last checkpoint, are made anew.
    saved = int(state(tmp_path)["progress/step/.ATTRIBUTES/VARIABLE_VALUE"])
    assert saved == steps // 3 * 3
    train(MODEL, settings, data_dir, tmp_path)
    assert_same_state(tmp_path, uninterrupted)


def test_finished_run_is_not_trained_further(
    data_dir, uninterrupted, monkeypatch
):
    # Not a single step.
    stop_after(monkeypatch, 0)
    before = state(uninterrupted)
    best = train(MODEL, TRAINING, data_dir, uninterrupted)
    assert best == before["progress/best/.ATTRIBUTES/VARIABLE_VALUE"]
    for name, value in state(uninterrupted).items():
        np.testing.assert_array_equal(value, before[name])


def test_training_state_knows_where_it_stands(uninterrupted):
    progress = {
        name.split("/")[1]: value
        for name, value in state(uninterrupted).items()
        if name.startswith("progress/")
    }
    assert progress["epoch"] == 2
    assert progress["step"] == 2 * STEPS_PER_EPOCH
    assert progress["step_in_epoch"] == 0
    assert 0 < progress["best"] < 1


def test_run_of_other_settings_is_refused(data_dir, uninterrupted):
    with pytest.raises(UserError) as error:
        train(
            dataclasses.replace(MODEL, dropout=0.0),
            dataclasses.replace(TRAINING, batch_size=4),
            data_dir,
            uninterrupted,
        )
    assert "dropout was 0.3, is 0.0; batch_size was 8, is 4." in str(
        error.value
    )


def test_run_on_other_data_is_refused(uninterrupted, tmp_path):
    write_data(tmp_path, fingerprint="beef")
    with pytest.raises(UserError, match="holds a run on other data"):
        train(MODEL, TRAINING, tmp_path, uninterrupted)


def test_settings_of_the_run_stand_beside_it(uninterrupted):
    content = json.loads((uninterrupted / "config.json").read_text())
    assert content["data_fingerprint"] == "f00d"
    assert config.load(uninterrupted)[:2] == (MODEL, TRAINING)
