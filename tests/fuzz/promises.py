"""What every target promises, whatever it is given.

It returns, or raises the one error that its docstring names, with one line
for the user; it takes seconds, and megabytes.
"""

import contextlib
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from axml_tf.console.errors import UserError

# Of the processor: the machine may have other things to do.
MAX_SECONDS = 10
MAX_BYTES = 512 * 2**20
# One line, but no page of it. File names stand in it too.
_MAX_MESSAGE = 2000
_STATUS = Path("/proc/self/status")


def answer_or_refusal(function: Callable, *arguments) -> Any:
    """What a function returns; the `UserError` if it raised one."""
    with time_limit():
        try:
            return function(*arguments)
        except UserError as error:
            check_message(str(error))
            return error


def check_message(message: str) -> None:
    """One line, and one that can be read."""
    assert message.strip()
    assert len(message.splitlines()) == 1, f"not one line: {message!r:.300}"
    assert len(message) <= _MAX_MESSAGE, f"too long: {message:.300}"
    message.encode("utf-8")


@contextlib.contextmanager
def time_limit(seconds: float = MAX_SECONDS) -> Iterator[None]:
    """Fails what takes longer, even if it would never end."""

    def stop(signum, frame):
        raise AssertionError(f"took more than {seconds} s of the processor")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@contextlib.contextmanager
def memory_limit(num_bytes: int = MAX_BYTES) -> Iterator[None]:
    """Fails what takes more memory than that at any moment."""
    # The peak is that of the whole process; 5 sets it back to what is used.
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_memory()
    yield
    taken = peak_memory() - before
    assert taken <= num_bytes, f"took {taken / 2**20:.0f} MiB of memory"


def peak_memory() -> int:
    """Bytes of the largest resident set since the last limit began."""
    kibibytes = re.search(r"VmHWM:\s*(\d+) kB", _STATUS.read_text())[1]
    return 1024 * int(kibibytes)
