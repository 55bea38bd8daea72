"""TF Serving's versioned folders: OUTPUT/1, OUTPUT/2, ..."""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401  Registers an op of the tokenizer.

from axml_tf.console.errors import UserError
from axml_tf.formats import signatures

# As TensorFlow Serving has them: int64, without zeros in front.
_VERSION = re.compile(r"0|[1-9][0-9]{0,17}")


class SavedModel:
    """An exported model, run without the code that made it.

    Args:
        path: folder of one version, or of all of them; then the newest.

    Raises:
        UserError: there is no exported model, or it is damaged.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self._path = newest_version(path)
        try:
            # Kept, because its variables go with it.
            self._loaded = tf.saved_model.load(os.fspath(self._path))
            self._loaded.signatures[signatures.EXPLAIN]
        except (tf.errors.OpError, OSError, KeyError) as error:
            raise UserError(
                f"{self._path} is damaged or was not made by axml-export "
                f"({error})."
            ) from error

    def call(self, signature: str, **inputs: Any) -> dict[str, np.ndarray]:
        """Calls a signature; `axml_tf/formats/signatures.py` has them all.

        Args:
            signature: its name.
            **inputs: arrays, or lists of rows, by name.

        Returns:
            The outputs by name.

        Raises:
            tf.errors.InvalidArgumentError: the graph refuses an input.
        """
        answer = self._loaded.signatures[signature](
            **{name: tf.constant(x) for name, x in inputs.items()}
        )
        return {name: tensor.numpy() for name, tensor in answer.items()}

    def label_names(self) -> list[str]:
        """Names of its labels, by id.

        Raises:
            UserError: the list of them is missing or damaged.
        """
        path = self._path / "assets" / "labels.txt"
        try:
            content = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(
                f"{path} cannot be read ({error}). Export the model again."
            ) from error
        return content.removesuffix("\n").split("\n")


def versions(base_dir: str | os.PathLike) -> list[int]:
    """Numbers of the versions in a folder, ascending; other names are not."""
    base_dir = Path(base_dir)
    if not base_dir.exists():
        return []
    names = [entry.name for entry in base_dir.iterdir()]
    return sorted(int(name) for name in names if _VERSION.fullmatch(name))


def newest_version(path: str | os.PathLike) -> Path:
    """The newest version in a folder, or the folder if it is a version.

    Raises:
        UserError: there is none.
    """
    path = Path(path)
    if is_saved_model(path):
        return path
    for version in reversed(versions(path)):
        if is_saved_model(path / str(version)):
            return path / str(version)
    raise UserError(
        f"{path} holds no exported model. Make one with axml-export."
    )


def is_saved_model(path: Path) -> bool:
    """Whether a folder holds an exported version."""
    return (path / "saved_model.pb").is_file()


def reason(message: str) -> str:
    """The line of a graph's error that tells a caller something.

    It stands before the node that failed; before it may stand a trace of the
    graph.
    """
    before, *_ = message.split("[[{{node")
    lines = [line.strip() for line in before.splitlines() if line.strip()]
    return lines[-1].removeprefix("assertion failed: ") if lines else message
