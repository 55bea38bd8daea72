"""Numbered checkpoints in a folder: each is there whole, or not at all.

A checkpoint is one .npz file, `ckpt-7.npz`, neither compressed nor pickled.
Each array in it has a CRC-32, which reading compares; the array `names` tells
which others there must be. NumPy only.
"""

import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from axml_tf.console.errors import UserError
from axml_tf.storage.files import atomic_file
from axml_tf.storage.npz_files import read_npz

_NAMES = "names"
_ASIDE = ".damaged"
_NAME = re.compile(r"ckpt-([1-9]\d*)\.npz")


class CheckpointFolder:
    """The checkpoints of one kind.

    Args:
        folder: where they stand; made with the first one.
        keep: newest checkpoints that are kept.

    Attributes:
        folder: the same.
    """

    def __init__(self, folder: str | os.PathLike, keep: int):
        self.folder = Path(folder)
        self._keep = keep

    def paths(self) -> list[Path]:
        """All that are there, newest first."""
        return [self._path(number) for number in self._numbers()]

    def any_set_aside(self) -> bool:
        """Whether damaged ones were found here earlier."""
        return any(self.folder.glob(f"ckpt-*{_ASIDE}"))

    def write(self, values: Mapping[str, Any]) -> None:
        """Adds one, and removes what is then too old.

        Args:
            values: what it holds, by name; whatever becomes an array.

        Raises:
            OSError: it cannot be written; those there stay as they are.
        """
        older = self._numbers()
        number = older[0] + 1 if older else 1
        with (
            atomic_file(self._path(number)) as temporary,
            zipfile.ZipFile(temporary, "w") as archive,
        ):
            names = {_NAMES: np.array(list(values), np.str_)}
            for name, value in (*names.items(), *values.items()):
                with archive.open(
                    f"{name}.npy", "w", force_zip64=True
                ) as member:
                    np.lib.format.write_array(
                        member, np.asanyarray(value), allow_pickle=False
                    )
        for old in older[self._keep - 1 :]:
            self._path(old).unlink(missing_ok=True)

    def _numbers(self) -> list[int]:
        """Numbers of those that are there, newest first."""
        if not self.folder.is_dir():
            return []
        numbers = [
            int(match[1])
            for path in self.folder.iterdir()
            if (match := _NAME.fullmatch(path.name))
        ]
        return sorted(numbers, reverse=True)

    def _path(self, number: int) -> Path:
        return self.folder / f"ckpt-{number}.npz"


def read(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """Reads a checkpoint, and compares its checksums.

    Raises:
        UserError: it is missing or damaged.
    """
    try:
        values = read_npz(path)
        # A damaged table of contents may end early.
        if values.pop(_NAMES).tolist() != list(values):
            raise ValueError("arrays are missing")
        return values
    except (KeyError, OSError, ValueError) as error:
        raise UserError(
            f"The checkpoint {path} is damaged ({error})."
        ) from error


def set_aside(path: Path) -> Path:
    """Renames a damaged checkpoint, so that it does not count as one."""
    aside = path.with_name(f"{path.name}{_ASIDE}")
    os.replace(path, aside)
    return aside
