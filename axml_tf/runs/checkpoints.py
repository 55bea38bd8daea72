"""Training state on disk: the newest to resume from, the best to use."""

import dataclasses
import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np

from axml_tf.console import machine
from axml_tf.console.errors import UserError
from axml_tf.runs import checkpoint_files
from axml_tf.runs.background import Background
from axml_tf.runs.checkpoint_files import CheckpointFolder

_BEST_DIR = "best"
_LATEST_DIR = "latest"


class Part(Protocol):
    """What is one part of a training state."""

    def state(self) -> dict[str, Any]:
        """Its values by name: Keras variables, arrays, numbers."""

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Takes values that `state` gave.

        Raises:
            ValueError, KeyError, TypeError: they are none of it.
        """


@dataclasses.dataclass
class Progress:
    """Where a training run stands; a part of its checkpoint.

    Attributes:
        epoch, step_in_epoch: the next step to be made.
        step: steps made in all.
        validated_step: step of the newest validation.
        best: best validation nDCG@5 so far.
        stale_validations: validations since then.
    """

    epoch: int = 0
    step_in_epoch: int = 0
    step: int = 0
    validated_step: int = 0
    best: float = -1.0
    stale_validations: int = 0

    def state(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    def restore(self, state: dict[str, np.ndarray]) -> None:
        for name, value in self.state().items():
            setattr(self, name, type(value)(state[name]))


class Variables:
    """Keras variables, by their place in a list.

    Args:
        variables: in an order that building the model anew gives again.
    """

    def __init__(self, variables: list[keras.Variable]):
        self._variables = variables

    def state(self) -> dict[str, Any]:
        return {str(place): v for place, v in enumerate(self._variables)}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        found = [state[str(place)] for place in range(len(state))]
        for variable, value in zip(self._variables, found, strict=True):
            if variable.shape != value.shape:
                raise ValueError(
                    f"{variable.path} has shape {value.shape}, not "
                    f"{tuple(variable.shape)}"
                )
        for variable, value in zip(self._variables, found, strict=True):
            variable.assign(value)


class Checkpoints:
    """The `latest` and `best` checkpoints below a model folder.

    They are written beside training, one after another, where there is
    memory for a copy of what they hold.

    Args:
        model_dir: folder of the run.
        parts: of the training state, by name.
        keep: newest training states that are kept.
        background: what writes them.
    """

    def __init__(
        self,
        model_dir: str | os.PathLike,
        parts: Mapping[str, Part],
        keep: int,
        background: Background,
    ):
        self._parts = parts
        self._latest = CheckpointFolder(Path(model_dir, _LATEST_DIR), keep)
        self._best = CheckpointFolder(Path(model_dir, _BEST_DIR), keep=1)
        self._background = background

    def restore_latest(self) -> bool:
        """Resumes from the newest checkpoint; False where there is none.

        One that is damaged is named and set aside, and the one before it
        taken.

        Raises:
            UserError: all are damaged, or they do not fit the run.
        """
        for path in self.paths():
            try:
                values = checkpoint_files.read(path)
            except UserError as error:
                aside = checkpoint_files.set_aside(path)
                print(f"{error} It is now called {aside.name}.")
                continue
            for name, part in self._parts.items():
                _restore(part, name, values, path)
            return True
        if self._latest.any_set_aside():
            raise UserError(
                f"All checkpoints in {self._latest.folder} are damaged. Put "
                "back a copy of one, or train anew in another --model_dir."
            )
        return False

    def paths(self) -> list[Path]:
        """Paths of the training states, newest first."""
        self._background.wait()
        return self._latest.paths()

    def save_latest(self) -> None:
        """Writes the whole training state."""
        self._save(self._latest, self._parts)

    def save_best(self, model: keras.Model) -> None:
        """Writes a model's weights as the best so far."""
        self._save(self._best, {"model": Variables(model.weights)})

    def wait(self) -> None:
        """Waits until all is written.

        Raises:
            OSError: something could not be.
        """
        self._background.wait()

    def _save(
        self, folder: CheckpointFolder, parts: Mapping[str, Part]
    ) -> None:
        values = {
            f"{name}/{key}": _array(value)
            for name, part in parts.items()
            for key, value in part.state().items()
        }
        size = sum(value.nbytes for value in values.values())
        # A view of a variable would change under the pen.
        if size < machine.available_memory() / 2:
            copies = {name: value.copy() for name, value in values.items()}
            self._background.run(functools.partial(folder.write, copies))
        else:
            self._background.wait()
            folder.write(values)


def restore_best(model_dir: str | os.PathLike, model: keras.Model) -> None:
    """Gives a model the best weights of a run.

    Args:
        model_dir: folder of the run.
        model: built anew from the config of the run.

    Raises:
        UserError: there are none, or they are damaged.
    """
    paths = CheckpointFolder(Path(model_dir, _BEST_DIR), keep=1).paths()
    if not paths:
        raise UserError(
            f"{model_dir} holds no finished validation yet: there is no best "
            "model to use. Resume training."
        )
    values = checkpoint_files.read(paths[0])
    _restore(Variables(model.weights), "model", values, paths[0])


def _array(value: Any) -> np.ndarray:
    if isinstance(value, keras.Variable):
        return value.numpy()
    return np.asarray(value)


def _restore(
    part: Part, name: str, values: dict[str, np.ndarray], path: Path
) -> None:
    prefix = f"{name}/"
    own = {
        key.removeprefix(prefix): value
        for key, value in values.items()
        if key.startswith(prefix)
    }
    try:
        part.restore(own)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"The checkpoint {path} belongs to a model of other settings "
            f"({name}: {error})."
        ) from error
