import dataclasses
from pathlib import Path

import keras
import numpy as np
import pytest
from helpers import set_random_weights, two_replicas

from axml_tf import config
from axml_tf.checkpoints import Checkpoints, Progress, load_best_model
from axml_tf.config import ModelConfig, TrainingConfig
from axml_tf.errors import UserError
from axml_tf.model import build_attention_xml
from axml_tf.optimizers import LazyAdam

CONFIG = ModelConfig(*(20, 5, 4), hidden_dim=3, fc_dims=(4, 3), label_bias=True)
TOKEN_IDS = np.array([[3, 9, 4], [7, 2, 0]], np.int32)


class Run:
    """Model, optimizer and progress with their checkpoints."""

    def __init__(self, folder, model_config=CONFIG, seed=0):
        self.model = build_attention_xml(model_config)
        set_random_weights(self.model, seed)
        self.optimizer = LazyAdam(0.1)
        self.optimizer.build(self.model.trainable_variables)
        self.progress = Progress()
        self.checkpoints = Checkpoints(
            folder, self.model, self.optimizer, self.progress
        )

    def step(self):
        gradients = [
            keras.ops.ones_like(v) for v in self.model.trainable_variables
        ]
        self.optimizer.apply(gradients, self.model.trainable_variables)
        self.progress.step.assign_add(1)

    def state(self):
        """Every value that training goes on from."""
        variables = [*self.model.variables, *self.optimizer.variables]
        progress = [
            self.progress.epoch,
            self.progress.step_in_epoch,
            self.progress.step,
            self.progress.stale_validations,
            self.progress.best,
        ]
        return [v.numpy() for v in [*variables, *progress]]


def claim(folder):
    config.claim(folder, CONFIG, TrainingConfig(), "f00d")


def assert_same(state, other):
    for value, expected in zip(state, other, strict=True):
        np.testing.assert_array_equal(value, expected)


def test_whole_training_state_comes_back(tmp_path):
    run = Run(tmp_path)
    run.step()
    run.progress.epoch.assign(2)
    run.progress.step_in_epoch.assign(3)
    run.progress.stale_validations.assign(1)
    run.progress.best.assign(0.1 + 0.2)
    # The states of dropout's random generators belong to it.
    run.model(TOKEN_IDS, training=True)
    run.checkpoints.save_latest()
    again = Run(tmp_path, seed=1)
    assert again.checkpoints.restore_latest()
    assert_same(again.state(), run.state())
    assert float(again.progress.best) == 0.1 + 0.2


def test_folder_without_a_checkpoint_leaves_the_state(tmp_path):
    run = Run(tmp_path)
    before = run.state()
    assert not run.checkpoints.restore_latest()
    assert_same(run.state(), before)


def test_newest_checkpoint_is_the_one_to_go_on_from(tmp_path):
    run = Run(tmp_path)
    for _ in range(4):
        run.step()
        run.checkpoints.save_latest()
    again = Run(tmp_path)
    again.checkpoints.restore_latest()
    assert_same(again.state(), run.state())
    # The one before is kept, should a machine die while it writes.
    assert len(list(Path(tmp_path, "latest").glob("*.index"))) == 2


def test_best_model_has_the_weights_it_was_saved_with(tmp_path):
    claim(tmp_path)
    run = Run(tmp_path)
    run.checkpoints.save_best()
    saved = run.model.get_weights()
    run.step()
    run.checkpoints.save_latest()
    model, model_config = load_best_model(tmp_path)
    assert_same(model.get_weights(), saved)
    assert model_config == CONFIG
    run.model.set_weights(saved)
    np.testing.assert_array_equal(model(TOKEN_IDS), run.model(TOKEN_IDS))


def test_better_model_takes_the_place_of_the_best(tmp_path):
    claim(tmp_path)
    run = Run(tmp_path)
    # Saved twice at one step: by a step's end and by its epoch's end.
    for steps in (1, 1, 0):
        for _ in range(steps):
            run.step()
        run.checkpoints.save_best()
    model, *_ = load_best_model(tmp_path)
    assert_same(model.get_weights(), run.model.get_weights())
    assert len(list(Path(tmp_path, "best").glob("*.index"))) == 1


def test_model_trained_on_two_replicas_loads_on_one_device(tmp_path):
    claim(tmp_path)
    with two_replicas():
        run = Run(tmp_path)
    run.checkpoints.save_best()
    model, *_ = load_best_model(tmp_path)
    assert_same(model.get_weights(), run.model.get_weights())


def test_run_without_a_validation_has_no_best_model(tmp_path):
    claim(tmp_path)
    Run(tmp_path).checkpoints.save_latest()
    with pytest.raises(UserError) as error:
        load_best_model(tmp_path)
    assert str(error.value) == (
        f"{tmp_path} holds no finished validation yet: there is no best model "
        "to use. Go on training."
    )


def test_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(UserError, match="holds no trained model"):
        load_best_model(tmp_path)


@pytest.mark.parametrize(
    "other", [{"hidden_dim": 4}, {"fc_dims": (4,)}, {"label_bias": False}]
)
def test_checkpoint_of_another_model_is_refused(tmp_path, other):
    claim(tmp_path)
    other_config = dataclasses.replace(CONFIG, **other)
    run = Run(tmp_path, other_config)
    run.checkpoints.save_latest()
    run.checkpoints.save_best()
    expected = "is damaged or belongs to a model of other settings"
    with pytest.raises(UserError, match=expected):
        load_best_model(tmp_path)
    with pytest.raises(UserError, match=expected):
        Run(tmp_path).checkpoints.restore_latest()


@pytest.mark.parametrize("damage", ["truncate", "remove"])
@pytest.mark.parametrize("suffix", [".index", ".data-00000-of-00001"])
def test_damaged_checkpoint_is_named(tmp_path, suffix, damage):
    claim(tmp_path)
    Run(tmp_path).checkpoints.save_best()
    (path,) = Path(tmp_path, "best").glob(f"*{suffix}")
    if damage == "truncate":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        path.unlink()
    with pytest.raises(UserError) as error:
        load_best_model(tmp_path)
    assert str(tmp_path) in str(error.value)
    assert "\n" not in str(error.value)
