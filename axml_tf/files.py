"""Outputs that appear whole under their final name, or not at all."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from axml_tf.errors import UserError


@contextlib.contextmanager
def atomic_file(path: str | os.PathLike) -> Iterator[Path]:
    """Yields a temporary path beside `path`; moves it there at the end.

    An error inside the block removes the temporary file and leaves whatever
    stood at `path` untouched.

    Args:
        path: final path of the file; its folder is made when missing.

    Raises:
        OSError: the folder cannot be written to.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def check_writable(path: str | os.PathLike) -> None:
    """Finds out before long work whether a file can be written in the end.

    Raises:
        UserError: a folder stands at `path`.
        OSError: its folder cannot be made or written to.
    """
    path = Path(path)
    if path.is_dir():
        raise UserError(f"{path} is a folder. Name a file.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path.parent):
        pass


@contextlib.contextmanager
def atomic_directory(
    path: str | os.PathLike, overwrite: bool = False
) -> Iterator[Path]:
    """Yields a temporary folder beside `path`; moves it there at the end.

    An error inside the block removes the temporary folder and leaves
    whatever stood at `path` untouched.

    Args:
        path: final path of the folder; its parent is made when missing.
        overwrite: whether a folder that stands there already is replaced.

    Raises:
        UserError: `path` exists, is not an empty folder, and `overwrite`
            is false.
        OSError: the parent folder cannot be written to.
    """
    path = Path(path)
    if path.exists() and not overwrite and not _is_empty_directory(path):
        raise UserError(
            f"{path} exists already. Name another folder, or pass "
            "--overwrite to replace it."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield temporary
        temporary.chmod(0o777 & ~_umask())
        if path.exists():
            old = temporary.with_name(f"{temporary.name}.old")
            os.replace(path, old)
            os.replace(temporary, path)
            shutil.rmtree(old)
        else:
            os.replace(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _is_empty_directory(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _umask() -> int:
    # Reading the mask means setting it: there is no other call.
    mask = os.umask(0)
    os.umask(mask)
    return mask
