"""Progress on a terminal, and little of it in a log."""

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator

from tqdm import tqdm

_STDOUT_AND_STDERR = (1, 2)


@contextlib.contextmanager
def quiet_unless_terminal() -> Iterator[None]:
    """Drops what is written to stdout and stderr, but not on a terminal.

    Below Python: native code writes to the file descriptors themselves.
    """
    if sys.stderr.isatty():
        yield
        return
    sys.stdout.flush()
    sys.stderr.flush()
    saved = [os.dup(descriptor) for descriptor in _STDOUT_AND_STDERR]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in _STDOUT_AND_STDERR:
        os.dup2(nowhere, descriptor)
    try:
        yield
    finally:
        for descriptor, copy in zip(_STDOUT_AND_STDERR, saved, strict=True):
            os.dup2(copy, descriptor)
            os.close(copy)
        os.close(nowhere)


def progress(
    iterable: Iterable | None = None, *, total: int, unit: str
) -> tqdm:
    """A progress bar; into a log goes a line now and then.

    Args:
        iterable: what is gone through; None to update the bar by hand.
        total: units in all.
        unit: its name.
    """
    interval = 0.5 if sys.stderr.isatty() else 30.0
    return tqdm(iterable, total=total, unit=f" {unit}", mininterval=interval)
