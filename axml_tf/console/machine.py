"""The machine that figures come from. Standard library only."""

import os
import platform
import resource
import sys
import time
from pathlib import Path
from typing import TypedDict


class Facts(TypedDict):
    """What a machine is, ready for `json.dumps`.

    Attributes:
        cpu: name of the processor.
        cores: those that this process may use.
        memory: bytes of the whole machine.
    """

    cpu: str
    cores: int
    memory: int


def facts() -> Facts:
    """Looks what this machine is."""
    return {
        "cpu": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
    }


def describe() -> str:
    """The same in a line."""
    known = facts()
    memory = known["memory"] / 2**30
    return f"{known['cpu']}, {known['cores']} cores, {memory:.0f} GiB"


class Stopwatch:
    """Seconds since it was made, by the clock and of the processors.

    Processor time is that of all threads of this process together. On a
    machine that does other work as well it tells more than the clock.
    """

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._cpu_started = time.process_time()

    def seconds(self) -> float:
        """By the clock."""
        return time.monotonic() - self._started

    def cpu_seconds(self) -> float:
        """Of the processors."""
        return time.process_time() - self._cpu_started


def available_memory() -> int:
    """Bytes that can be taken without swapping; 0 where it is not known."""
    path = Path("/proc/meminfo")
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name == "MemAvailable":
                return 1024 * int(value.split()[0])
    return 0


def peak_memory() -> int:
    """Bytes of this process' largest resident set so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.machine()
