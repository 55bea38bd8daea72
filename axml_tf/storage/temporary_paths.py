"""Temporary files and folders beside an output.

Their names are `.NAME.tmp-` and eight characters. A process that is killed
leaves its own behind; whoever writes the same output next removes it. A
process holds a lock (flock) on its own as long as it lives, so that nobody
else takes it for left behind. On a file system without locks nothing is
removed.
"""

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

_RANDOM_PART = "[a-z0-9_]{8}"


@contextlib.contextmanager
def temporary_file(path: Path) -> Iterator[Path]:
    """Yields an empty file beside `path`, with its suffix.

    It is removed at the end, if it is still there.

    Args:
        path: of the output; its folder exists.
    """
    prefix = _prefix(path)

    def make() -> Path:
        handle, name = tempfile.mkstemp(path.suffix, prefix, path.parent)
        os.close(handle)
        return Path(name)

    for left in _left_behind(path, path.suffix):
        if not left.is_dir():
            left.unlink(missing_ok=True)
    with _locked(make) as temporary:
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def temporary_directory(path: Path) -> Iterator[Path]:
    """Yields an empty folder beside `path`.

    It is removed at the end with all that is in it, if it is still there.

    Args:
        path: of the output; its parent exists.
    """
    prefix = _prefix(path)
    for left in _left_behind(path):
        shutil.rmtree(left, ignore_errors=True)
    with _locked(
        lambda: Path(tempfile.mkdtemp(prefix=prefix, dir=path.parent))
    ) as temporary:
        try:
            yield temporary
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _prefix(path: Path) -> str:
    return f".{path.name}.tmp-"


def _left_behind(path: Path, suffix: str = "") -> Iterator[Path]:
    """Yields those that no process works on, each while it is locked."""
    name = re.compile(
        re.escape(_prefix(path)) + _RANDOM_PART + re.escape(suffix)
    )
    for found in list(path.parent.iterdir()):
        if not name.fullmatch(found.name):
            continue
        with contextlib.suppress(OSError), _opened(found) as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield found


@contextlib.contextmanager
def _locked(make: Callable[[], Path]) -> Iterator[Path]:
    """Makes a file or folder, and holds its lock."""
    with contextlib.ExitStack() as stack:
        while True:
            temporary = make()
            # Until it is locked another process may take it for left behind.
            with contextlib.suppress(FileNotFoundError):
                handle = stack.enter_context(_opened(temporary))
                with contextlib.suppress(OSError):
                    fcntl.flock(handle, fcntl.LOCK_EX)
            if temporary.exists():
                break
        yield temporary


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        yield handle
    finally:
        os.close(handle)
