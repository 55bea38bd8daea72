"""Puts a folder in the place of another, in one step where that is possible."""

import ctypes
import errno
import os
from pathlib import Path

# From Linux' fcntl.h and fs.h.
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
# Of a kernel or a file system that cannot do it.
_UNABLE = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EXDEV)


def exchange(new: Path, old: Path) -> None:
    """Exchanges two folders: each has the other's name afterwards.

    Linux does so in one step on most of its file systems. Elsewhere it takes
    three, and a process that is killed between the first two leaves nothing
    under the name of `old`, and what stood there as `NAME.old` beside `new`.

    Args:
        new: beside `old`.
        old: what is replaced.

    Raises:
        OSError: they cannot be renamed.
    """
    if not _exchange_at_once(new, old):
        aside = new.with_name(f"{new.name}.old")
        os.replace(old, aside)
        os.replace(new, old)
        os.replace(aside, new)


def _exchange_at_once(first: Path, second: Path) -> bool:
    """Whether the kernel has done it."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    names = os.fsencode(first), os.fsencode(second)
    if not renameat2(
        _AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE
    ):
        return True
    code = ctypes.get_errno()
    if code in _UNABLE:
        return False
    raise OSError(code, os.strerror(code), str(first), None, str(second))
