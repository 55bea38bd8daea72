import dataclasses
import threading
from pathlib import Path

import keras
import numpy as np
import pytest
from helpers import set_random_weights, two_replicas

from axml_tf.console import machine
from axml_tf.console.errors import UserError
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.attention_xml import AttentionXML
from axml_tf.runs.background import Background
from axml_tf.runs.checkpoint_files import CheckpointFolder
from axml_tf.runs.checkpoints import (
    Checkpoints,
    Progress,
    Variables,
    restore_best,
)
from axml_tf.training.optimizers import LazyAdam

CONFIG = ModelConfig(
    vocab_size=20,
    num_labels=5,
    embedding_dim=4,
    hidden_dim=3,
    fc_dims=(4, 3),
    label_bias=True,
)
TOKEN_IDS = np.array([[3, 9, 4], [7, 2, 0]], np.int32)


class Run:
    """Model, optimizer and progress with their checkpoints."""

    def __init__(self, folder, model_config=CONFIG, seed=0, keep=2):
        self.model = AttentionXML(model_config).model
        set_random_weights(self.model, seed)
        self.optimizer = LazyAdam(0.1)
        self.optimizer.build(self.model.trainable_variables)
        self.progress = Progress()
        self.checkpoints = Checkpoints(
            folder,
            {
                "model": Variables(self.model.variables),
                "optimizer": Variables(self.optimizer.variables),
                "progress": self.progress,
            },
            keep,
            Background(),
        )

    def step(self):
        gradients = [
            keras.ops.ones_like(v) for v in self.model.trainable_variables
        ]
        self.optimizer.apply(gradients, self.model.trainable_variables)
        self.progress.step += 1

    def save_latest(self):
        self.checkpoints.save_latest()
        self.checkpoints.wait()

    def save_best(self):
        self.checkpoints.save_best(self.model)
        self.checkpoints.wait()

    def state(self):
        """Every value that training resumes from."""
        variables = [*self.model.variables, *self.optimizer.variables]
        progress = dataclasses.astuple(self.progress)
        return [v.numpy().copy() for v in variables] + [*progress]


def best_model(folder):
    """A model built anew, with the best weights of a run."""
    model = AttentionXML(CONFIG).model
    set_random_weights(model, seed=9)
    restore_best(folder, model)
    return model


def assert_same(state, other):
    for value, expected in zip(state, other, strict=True):
        np.testing.assert_array_equal(value, expected)


def test_whole_training_state_comes_back(tmp_path):
    run = Run(tmp_path)
    run.step()
    for name, value in (("epoch", 2), ("step_in_epoch", 3), ("best", 0.3)):
        setattr(run.progress, name, value)
    # The states of dropout's random generators belong to it.
    run.model(TOKEN_IDS, training=True)
    run.save_latest()
    again = Run(tmp_path, seed=1)
    assert again.checkpoints.restore_latest()
    assert_same(again.state(), run.state())
    assert again.progress.best == 0.3
    kinds = [type(value) for value in vars(again.progress).values()]
    assert kinds == [int, int, int, int, float, int]


def test_folder_without_a_checkpoint_leaves_the_state(tmp_path):
    run = Run(tmp_path)
    before = run.state()
    assert not run.checkpoints.restore_latest()
    assert_same(run.state(), before)


def test_newest_checkpoint_is_the_one_to_resume_from(tmp_path):
    run = Run(tmp_path)
    for _ in range(4):
        run.step()
        run.save_latest()
    again = Run(tmp_path)
    again.checkpoints.restore_latest()
    assert_same(again.state(), run.state())
    # The one before is kept, should a machine die while it writes.
    assert len(list(Path(tmp_path, "latest").glob("*"))) == 2


def test_best_model_has_the_weights_it_was_saved_with(tmp_path):
    run = Run(tmp_path)
    run.save_best()
    saved = run.model.get_weights()
    run.step()
    run.save_latest()
    model = best_model(tmp_path)
    assert_same(model.get_weights(), saved)
    run.model.set_weights(saved)
    np.testing.assert_array_equal(model(TOKEN_IDS), run.model(TOKEN_IDS))


def test_better_model_takes_the_place_of_the_best(tmp_path):
    run = Run(tmp_path)
    # Saved twice at one step: by a step's end and by its epoch's end.
    for steps in (1, 1, 0):
        for _ in range(steps):
            run.step()
        run.save_best()
    model = best_model(tmp_path)
    assert_same(model.get_weights(), run.model.get_weights())
    assert len(list(Path(tmp_path, "best").glob("*"))) == 1


def test_model_trained_on_two_replicas_loads_on_one_device(tmp_path):
    with two_replicas():
        run = Run(tmp_path)
    run.save_best()
    model = best_model(tmp_path)
    assert_same(model.get_weights(), run.model.get_weights())


def test_run_without_a_validation_has_no_best_model(tmp_path):
    Run(tmp_path).save_latest()
    with pytest.raises(UserError) as error:
        best_model(tmp_path)
    assert str(error.value) == (
        f"{tmp_path} holds no finished validation yet: there is no best model "
        "to use. Resume training."
    )


@pytest.mark.parametrize(
    "other", [{"hidden_dim": 4}, {"fc_dims": (4,)}, {"label_bias": False}]
)
def test_checkpoint_of_another_model_is_refused(tmp_path, other):
    other_config = dataclasses.replace(CONFIG, **other)
    run = Run(tmp_path, other_config)
    run.save_latest()
    run.save_best()
    for load in (
        lambda: best_model(tmp_path),
        Run(tmp_path).checkpoints.restore_latest,
    ):
        with pytest.raises(UserError) as error:
            load()
        assert "belongs to a model of other settings" in str(error.value)


def test_damaged_best_model_is_named(tmp_path):
    Run(tmp_path).save_best()
    (path,) = Path(tmp_path, "best").iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UserError, match=f"The checkpoint {path} is damaged"):
        best_model(tmp_path)


def test_damaged_checkpoint_is_named_and_the_one_before_it_taken(
    tmp_path, capsys
):
    run = Run(tmp_path, keep=3)
    states = []
    for _ in range(3):
        run.step()
        run.save_latest()
        states.append(run.state())
    newest, before, oldest = run.checkpoints.paths()
    for path in (newest, before):
        path.write_bytes(path.read_bytes()[:-1])
    again = Run(tmp_path, seed=1, keep=3)
    assert again.checkpoints.restore_latest()
    assert_same(again.state(), states[0])
    told = capsys.readouterr().out
    assert f"{newest} is damaged" in told and f"{before} is damaged" in told
    assert again.checkpoints.paths() == [oldest]
    # What was damaged is kept for whoever wants to look.
    assert len(list(oldest.parent.glob("*.damaged"))) == 2


def test_run_whose_checkpoints_are_all_damaged_does_not_begin_anew(tmp_path):
    run = Run(tmp_path)
    run.save_latest()
    (path,) = run.checkpoints.paths()
    path.write_bytes(b"")
    for _ in range(2):
        with pytest.raises(UserError) as error:
            Run(tmp_path).checkpoints.restore_latest()
        assert str(error.value) == (
            f"All checkpoints in {path.parent} are damaged. Put back a copy "
            "of one, or train anew in another --model_dir."
        )


@pytest.mark.parametrize("memory", [0, 2**40])
def test_state_is_that_of_its_moment(tmp_path, monkeypatch, memory):
    # Beside training where there is memory for a copy, at once elsewhere.
    monkeypatch.setattr(machine, "available_memory", lambda: memory)
    run = Run(tmp_path)
    before = run.state()
    may_write = threading.Event()
    write = CheckpointFolder.write

    def slow_write(*arguments):
        assert memory == 0 or may_write.wait(10)
        write(*arguments)

    monkeypatch.setattr(CheckpointFolder, "write", slow_write)
    run.checkpoints.save_latest()
    for _ in range(3):
        run.step()
    may_write.set()
    run.checkpoints.wait()
    again = Run(tmp_path, seed=1)
    assert again.checkpoints.restore_latest()
    assert_same(again.state(), before)
