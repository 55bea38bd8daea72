import dataclasses

import numpy as np
import pytest
from small_runs import MODEL, TRAINING, state, write_data

from axml_tf.runs.background import Background
from axml_tf.runs.observers import Observer
from axml_tf.runs.stop_signals import StopSignals
from axml_tf.training import run as training_run
from axml_tf.training import validation
from axml_tf.training.distribution import make_strategy
from axml_tf.training.run import Plan, Run
from axml_tf.training.validation import Validation

# Epochs end with steps 8 and 16; validations come there and at 6 and 12.
CONFIG = dataclasses.replace(TRAINING, validate_every=6)


class Recorder(Observer):
    """Writes down what it is told.

    Args:
        told: a list that several may share.
        name: its own.
    """

    def __init__(self, told, name="recorder"):
        self.told = told
        self.name = name

    def run_begins(self):
        self.told.append((self.name, "begins"))

    def steps_are_made(self, step, figures):
        self.told.append((self.name, "steps", step, dict(figures)))

    def is_validated(self, step, measures, is_best):
        told = (self.name, "validated", step, dict(measures), is_best)
        self.told.append(told)

    def epoch_ends(self, epoch, step):
        self.told.append((self.name, "epoch", epoch, step))

    def run_ends(self, step):
        self.told.append((self.name, "ends", step))


class Cut(Exception):
    """What ends a run in the midst."""


class Cutter(Observer):
    """Heeds nothing but one epoch's end, at which it cuts the run off."""

    def epoch_ends(self, epoch, step):
        if epoch == 1:
            raise Cut


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(autouse=True)
def told_every_fourth_step(monkeypatch):
    monkeypatch.setattr(training_run, "_TELL_EVERY", 4)


def script(monkeypatch, *scores):
    """Validations find these nDCG@5, one after another."""
    remaining = list(scores)
    monkeypatch.setattr(
        validation,
        "ranking_measures",
        lambda *_, **__: {"nDCG@5": remaining.pop(0)},
    )


def run(data, folder, *observers, config=CONFIG):
    """Trains, watched by these."""
    with StopSignals() as signals, Background() as background:
        return Run(
            Plan(MODEL, config, data, folder),
            make_strategy(1),
            validation=Validation(MODEL, config, data),
            observers=observers,
            signals=signals,
            background=background,
        ).train()


def without_figures(told):
    return [
        tuple(x for x in moment[1:] if not isinstance(x, dict))
        for moment in told
    ]


def test_an_observer_is_told_of_every_moment_in_order(
    data, tmp_path, monkeypatch
):
    script(monkeypatch, 0.2, 0.3, 0.25, 0.4)
    told = []
    assert run(data, tmp_path, Recorder(told)) == 0.4
    assert without_figures(told) == [
        ("begins",),
        ("steps", 4),
        ("validated", 6, True),
        ("steps", 8),
        ("validated", 8, True),
        ("epoch", 1, 8),
        ("steps", 12),
        ("validated", 12, False),
        ("steps", 16),
        ("validated", 16, True),
        ("epoch", 2, 16),
        ("ends", 16),
    ]
    for figures in (moment[3] for moment in told if moment[1] == "steps"):
        assert figures.keys() == {
            *("loss", "documents_per_second"),
            *("gradient_norm", "learning_rate"),
        }
        # The learning rate ends at 0.
        assert all(value >= 0 for value in figures.values())
        assert 0 < figures["loss"] < 2
    measured = [moment[3] for moment in told if moment[1] == "validated"]
    assert measured == [{"nDCG@5": x} for x in (0.2, 0.3, 0.25, 0.4)]


def test_all_are_told_of_a_moment_before_the_next_one(data, tmp_path):
    told = []
    first, second = Recorder(told, "first"), Recorder(told, "second")
    run(data, tmp_path, first, second)
    assert [name for name, *_ in told] == ["first", "second"] * 12
    assert told[::2] == [("first", *moment[1:]) for moment in told[1::2]]


def test_observers_change_nothing(data, tmp_path):
    run(data, tmp_path / "watched", Recorder([]), Observer())
    run(data, tmp_path / "alone")
    watched, alone = state(tmp_path / "watched"), state(tmp_path / "alone")
    assert watched.keys() == alone.keys()
    for name, value in alone.items():
        np.testing.assert_array_equal(watched[name], value, err_msg=name)


def test_a_run_that_is_cut_off_has_no_end_and_resumed_no_beginning(
    data, tmp_path
):
    told = []
    with pytest.raises(Cut):
        run(data, tmp_path, Recorder(told), Cutter())
    assert without_figures(told)[-1] == ("epoch", 1, 8)
    told.clear()
    run(data, tmp_path, Recorder(told))
    moments = without_figures(told)
    assert moments[0] == ("steps", 12)
    assert moments[-2:] == [("epoch", 2, 16), ("ends", 16)]
