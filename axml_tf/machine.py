"""The machine that figures come from. Standard library only."""

import os
import platform
import resource
import sys
from pathlib import Path


def facts() -> dict[str, str | int]:
    """Processor, cores this process may use, and bytes of memory."""
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
