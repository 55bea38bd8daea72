"""Training state on disk: the newest to go on from, the best to use."""

import os
from pathlib import Path

import keras
import tensorflow as tf

from axml_tf import config as config_lib
from axml_tf.builders import build_model
from axml_tf.config import ModelConfig
from axml_tf.dataset_info import DatasetInfo
from axml_tf.errors import UserError

_BEST_DIR = "best"
_LATEST_DIR = "latest"


class Progress(tf.Module):
    """Where a training run stands; part of its checkpoint.

    Attributes:
        epoch, step_in_epoch: the next step to be made.
        step: steps made in all.
        best: best validation nDCG@5 so far.
        stale_validations: validations since then.
    """

    def __init__(self):
        super().__init__(name="progress")
        for name in ("epoch", "step_in_epoch", "step", "stale_validations"):
            setattr(self, name, tf.Variable(0, dtype=tf.int64))
        self.best = tf.Variable(-1.0, dtype=tf.float64)


class Checkpoints:
    """The `latest` and `best` checkpoints below a model folder.

    Args:
        model_dir: folder of the run.
        model: its model.
        optimizer: its optimizer, built.
        progress: its `Progress`.
    """

    def __init__(
        self,
        model_dir: str | os.PathLike,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        progress: Progress,
    ):
        self._latest = tf.train.CheckpointManager(
            tf.train.Checkpoint(
                # Weights, and the states of the random generators.
                model=_values(model.variables),
                optimizer=_values(optimizer.variables),
                progress=progress,
            ),
            os.fspath(Path(model_dir, _LATEST_DIR)),
            max_to_keep=2,
        )
        self._best = tf.train.CheckpointManager(
            tf.train.Checkpoint(model=_values(model.weights)),
            os.fspath(Path(model_dir, _BEST_DIR)),
            max_to_keep=1,
        )
        self._progress = progress

    def restore_latest(self) -> bool:
        """Goes on from the newest checkpoint; False where there is none.

        Raises:
            UserError: the checkpoint does not fit the model.
        """
        path = self._latest.latest_checkpoint
        if path is None:
            return False
        _restore(self._latest.checkpoint, path)
        return True

    def save_latest(self) -> None:
        """Writes the whole training state."""
        self._latest.save(checkpoint_number=int(self._progress.step.numpy()))

    def save_best(self) -> None:
        """Writes the weights as the best so far."""
        self._best.save(checkpoint_number=int(self._progress.step.numpy()))


def load_best_model(
    model_dir: str | os.PathLike, jit_compile: bool = False
) -> tuple[keras.Model, ModelConfig]:
    """Rebuilds the model of a run with its best weights.

    Args:
        model_dir: folder of the run.
        jit_compile: as in `build_model`.

    Returns:
        The model and its config.

    Raises:
        UserError: there is no trained model, or it is damaged.
    """
    model_config, _, _ = config_lib.load(model_dir)
    path = tf.train.latest_checkpoint(os.fspath(Path(model_dir, _BEST_DIR)))
    if path is None:
        raise UserError(
            f"{model_dir} holds no finished validation yet: there is no best "
            "model to use. Go on training."
        )
    model = build_model(model_config, jit_compile=jit_compile)
    _restore(tf.train.Checkpoint(model=_values(model.weights)), path)
    return model, model_config


def check_fits(
    model_dir: str | os.PathLike, data_dir: str | os.PathLike, info: DatasetInfo
) -> None:
    """Checks that a model was trained on the data of a folder.

    Raises:
        UserError: it was not, or there is no model.
    """
    _, _, fingerprint = config_lib.load(model_dir)
    if fingerprint != info.fingerprint:
        raise UserError(
            f"{model_dir} was trained on other data than {data_dir} holds: "
            "vocabulary or labels differ. Name the data it was trained on."
        )


def _values(variables: list[keras.Variable]) -> list[tf.Variable]:
    """What a checkpoint holds of a model or an optimizer, in their order.

    Tracking the Keras object itself would silently leave out weights that a
    layer keeps in a list.
    """
    return [variable.value for variable in variables]


def _restore(checkpoint: tf.train.Checkpoint, path: str) -> None:
    try:
        status = checkpoint.restore(path)
        status.assert_existing_objects_matched().expect_partial()
    except (
        AssertionError,
        IndexError,  # A data file that is cut short.
        ValueError,
        tf.errors.OpError,
    ) as error:
        reason = str(error).strip().splitlines()[0]
        raise UserError(
            f"The checkpoint {path} is damaged or belongs to a model of other "
            f"settings ({reason})."
        ) from error
