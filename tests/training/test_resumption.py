"""A run that is resumed; `test_run.py` has the rest."""

import dataclasses
import json
import os
import signal

import numpy as np
import pytest
from small_runs import MODEL, STEPS_PER_EPOCH, TRAINING, state, write_data

from axml_tf.console.errors import Resumable, UserError
from axml_tf.prediction.top_k import predict_split
from axml_tf.runs.run_record import RunRecord
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.training import run as training_run
from axml_tf.training.start import train
from axml_tf.training.validation import Validation


@pytest.fixture(scope="module")
def uninterrupted(data, tmp_path_factory):
    """Folder of a run over both epochs at once."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    train(MODEL, TRAINING, data, folder)
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
    make_training_step = training_run.make_training_step
    made = 0

    def make(*arguments, **options):
        step = make_training_step(*arguments, **options)

        def dying(*arguments):
            nonlocal made
            if made == steps:
                raise PowerCut
            made += 1
            return step(*arguments)

        return dying

    monkeypatch.setattr(training_run, "make_training_step", make)


def test_run_that_stops_after_an_epoch_resumes_bit_for_bit(
    data, uninterrupted, tmp_path, capsys
):
    train(
        MODEL,
        dataclasses.replace(TRAINING, max_epochs=1),
        data,
        tmp_path,
    )
    assert f"after step {STEPS_PER_EPOCH}" not in capsys.readouterr().out
    train(MODEL, TRAINING, data, tmp_path)
    assert f"after step {STEPS_PER_EPOCH}." in capsys.readouterr().out
    assert_same_state(tmp_path, uninterrupted)


@pytest.mark.parametrize("kind", ["xml_rnn", "xml_cnn"])
def test_other_systems_resume_bit_for_bit_and_predict(data, tmp_path, kind):
    model = dataclasses.replace(MODEL, model=kind)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(model, TRAINING, data, whole)
    for epochs in (1, 2):
        settings = dataclasses.replace(TRAINING, max_epochs=epochs)
        train(model, settings, data, parts)
    assert_same_state(parts, whole)
    trained = TrainedModel(whole, data)
    found = predict_split(trained, data, "dev", top_k=4, batch_size=8)
    assert found.label_ids.shape == (10, 4)
    assert found.made_by.system == kind
    assert trained.system.model.name == kind


@pytest.mark.parametrize("steps", [4, STEPS_PER_EPOCH + 5])
def test_run_that_dies_within_an_epoch_resumes_bit_for_bit(
    data, uninterrupted, tmp_path, *, monkeypatch, steps
):
    settings = dataclasses.replace(TRAINING, checkpoint_every="3")
    with monkeypatch.context() as patch:
        stop_after(patch, steps)
        with pytest.raises(PowerCut):
            train(MODEL, settings, data, tmp_path)
    # The step that died, and those since the last checkpoint, are made anew.
    saved = int(state(tmp_path)["progress/step"])
    assert saved == steps // 3 * 3
    train(MODEL, settings, data, tmp_path)
    assert_same_state(tmp_path, uninterrupted)


def signal_after(monkeypatch, number, steps):
    """Sends this process a signal in the midst of a step."""
    make_training_step = training_run.make_training_step
    made = 0

    def make(*arguments, **options):
        step = make_training_step(*arguments, **options)

        def signalled(*batch):
            nonlocal made
            made += 1
            if made == steps:
                os.kill(os.getpid(), number)
            return step(*batch)

        return signalled

    monkeypatch.setattr(training_run, "make_training_step", make)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signalled_run_saves_its_step_and_resumes_bit_for_bit(
    data, uninterrupted, tmp_path, *, monkeypatch, number
):
    with monkeypatch.context() as patch:
        signal_after(patch, number, steps=5)
        with pytest.raises(Resumable) as stopped:
            train(MODEL, TRAINING, data, tmp_path)
    assert str(stopped.value) == (
        f"{number.name}: ended after step 5, which is saved in "
        f"{tmp_path / 'latest' / 'ckpt-1.npz'}. The same command resumes from "
        "there."
    )
    assert state(tmp_path)["progress/step"] == 5
    train(MODEL, TRAINING, data, tmp_path)
    assert_same_state(tmp_path, uninterrupted)


@pytest.mark.parametrize("validate_every", [0, 3])
def test_validation_that_a_signal_ends_is_made_up_for(
    data, tmp_path, monkeypatch, validate_every
):
    settings = dataclasses.replace(
        TRAINING, validate_every=validate_every, swa_start_epoch=1
    )
    alone, folder = tmp_path / "alone", tmp_path / "signalled"
    train(MODEL, settings, data, alone)
    batches = Validation._batches

    def signalled(validation):
        os.kill(os.getpid(), signal.SIGTERM)
        return batches(validation)

    with monkeypatch.context() as patch:
        patch.setattr(Validation, "_batches", signalled)
        # In the first validation, and in the same one once more.
        for _ in range(2):
            with pytest.raises(Resumable):
                train(MODEL, settings, data, folder)
            step = validate_every or STEPS_PER_EPOCH
            assert state(folder)["progress/step"] == step
            assert state(folder)["progress/validated_step"] == 0
    train(MODEL, settings, data, folder)
    assert_same_state(folder, alone)
    np.testing.assert_equal(state(folder, "best"), state(alone, "best"))


def test_newest_checkpoint_that_is_damaged_costs_only_time(
    data, uninterrupted, tmp_path, capsys
):
    settings = dataclasses.replace(TRAINING, checkpoint_every="3")
    train(
        MODEL,
        dataclasses.replace(settings, max_epochs=1),
        data,
        tmp_path,
    )
    newest, before = sorted((tmp_path / "latest").iterdir(), reverse=True)
    newest.write_bytes(newest.read_bytes()[:-9])
    train(MODEL, settings, data, tmp_path)
    out = capsys.readouterr().out
    assert f"{newest} is damaged" in out
    assert "Resuming after step 6." in out
    assert before.exists() is False  # Two newer ones are kept.
    assert_same_state(tmp_path, uninterrupted)


def test_state_that_cannot_be_kept_ends_the_run(data, tmp_path, monkeypatch):
    settings = dataclasses.replace(TRAINING, checkpoint_every="2")
    replace, replaced = os.replace, []

    def full_disk(source, target):
        if "ckpt-2" in os.fspath(target):
            raise OSError(28, "No space left on device", str(target))
        replaced.append(target)
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full_disk)
        with pytest.raises(OSError, match="No space left"):
            train(MODEL, settings, data, tmp_path)
    assert state(tmp_path)["progress/step"] == 2
    train(MODEL, settings, data, tmp_path)
    assert state(tmp_path)["progress/epoch"] == 2


def test_finished_run_is_not_trained_further(data, uninterrupted, monkeypatch):
    # Not a single step.
    stop_after(monkeypatch, 0)
    before = state(uninterrupted)
    best = train(MODEL, TRAINING, data, uninterrupted)
    assert best == before["progress/best"]
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


def test_run_of_other_settings_is_refused(data, uninterrupted):
    with pytest.raises(UserError) as error:
        train(
            dataclasses.replace(MODEL, dropout=0.0),
            dataclasses.replace(TRAINING, batch_size=4),
            data,
            uninterrupted,
        )
    assert "dropout was 0.3, is 0.0; batch_size was 8, is 4." in str(
        error.value
    )


def test_run_on_other_data_is_refused(uninterrupted, tmp_path):
    other = write_data(tmp_path, fingerprint="beef")
    with pytest.raises(UserError, match="holds a run on other data"):
        train(MODEL, TRAINING, other, uninterrupted)


def test_settings_of_the_run_stand_beside_it(uninterrupted):
    content = json.loads((uninterrupted / "config.json").read_text())
    assert content["data"]["fingerprint"] == "f00d"
    assert content["data"]["train_documents"] == 44
    record = RunRecord.load(uninterrupted)
    assert (record.model, record.training) == (MODEL, TRAINING)
