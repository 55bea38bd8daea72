"""SIGTERM and Ctrl-C: a run is asked to end, and ends in good order."""

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

# What `signal.signal` takes and gives.
_Handler = Callable[[int, FrameType | None], Any] | int | None


class StopSignals:
    """Notes the first signal; a second one ends the process at once.

    Attributes:
        received: name of the signal that came; None before.
    """

    _SIGNALS = (signal.SIGTERM, signal.SIGINT)

    def __init__(self) -> None:
        self.received: str | None = None
        self._earlier: dict[int, _Handler] = {}

    def __enter__(self) -> "StopSignals":
        # Python lets only the main thread handle signals.
        if threading.current_thread() is threading.main_thread():
            self._earlier = {
                number: signal.signal(number, self._note)
                for number in self._SIGNALS
            }
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._earlier.items():
            signal.signal(number, handler)
        self._earlier = {}

    def _note(self, number: int, _: FrameType | None) -> None:
        self.received = signal.Signals(number).name
        self.__exit__()
