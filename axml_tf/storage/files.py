"""Outputs that appear whole under their final name, or not at all.

Also where the machine is taken away: what is written reaches the disk before
it gets its name. What a killed process leaves behind goes when the same output
is written next, see `temporary_paths.py`.
"""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from axml_tf.console.errors import UserError
from axml_tf.storage.exchange import exchange
from axml_tf.storage.temporary_paths import temporary_directory, temporary_file

# Disk, quota, or largest size of a file.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


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
    with _naming(path), temporary_file(path) as temporary:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        _to_disk(temporary)
        os.replace(temporary, path)
        _to_disk(path.parent)


def check_writable(path: str | os.PathLike) -> None:
    """Finds out before long work whether a file can be written in the end.

    Args:
        path: of the file; its folder is made when missing.

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
    if path.is_symlink():
        # The folder is replaced, the link stays.
        path = path.resolve()
    if path.is_file():
        raise UserError(f"{path} exists already, as a file. Name a folder.")
    is_filled = path.exists() and any(path.iterdir())
    if is_filled and not overwrite:
        raise UserError(
            f"{path} exists already. Name another folder, or pass "
            "--overwrite to replace it."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with _naming(path), temporary_directory(path) as temporary:
        yield temporary
        temporary.chmod(0o777 & ~_umask())
        for folder, _, names in os.walk(temporary):
            for name in names:
                _to_disk(Path(folder, name))
            _to_disk(Path(folder))
        if is_filled:
            exchange(temporary, path)
        else:
            os.replace(temporary, path)
        _to_disk(path.parent)


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Says where there was no room: Python does not, when it writes."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM and error.filename is None:
            error.filename = os.fspath(path)
        raise


def _to_disk(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Not every file system does so for a folder.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)


def _umask() -> int:
    # Reading the mask means setting it: there is no other call.
    mask = os.umask(0)
    os.umask(mask)
    return mask
