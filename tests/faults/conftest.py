"""Commands in processes of their own, and disks that are full."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import limited_command
import pytest


class Ended(NamedTuple):
    """How a command ended: its exit code, and all that it printed."""

    code: int
    output: str


@pytest.fixture(scope="module")
def processes():
    """Makes processes that have TensorFlow loaded, but never used it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["short_training"])
    with pytest.MonkeyPatch.context() as patch:
        # The server that forks knows nothing of pytest's paths.
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        yield context


@pytest.fixture(scope="module")
def command(processes) -> Callable[..., Ended]:
    """Function that runs a command.

    Its arguments are the module with the command's `run`, its flags by name,
    and as `most_bytes` what a file may have, so that a larger one fails as on
    a disk that is full.
    """

    def run(module: str, most_bytes: int | None = None, **flags) -> Ended:
        arguments = [f"--{name}={value}" for name, value in flags.items()]
        reader, writer = processes.Pipe(duplex=False)
        process = processes.Process(
            target=limited_command.run,
            args=(module, arguments, most_bytes, writer),
        )
        process.start()
        writer.close()
        with open(reader.fileno(), "rb", closefd=False) as file:
            output = file.read().decode()
        reader.close()
        process.join()
        return Ended(process.exitcode, output)

    return run


@pytest.fixture
def disk(tmp_path):
    """Function that makes a disk of so many bytes, or changes its size.

    Skips the test where nothing may be mounted.
    """
    folder = tmp_path / "disk"
    folder.mkdir()

    def resize(num_bytes: int) -> Path:
        options = f"size={num_bytes}"
        if os.path.ismount(folder):
            options += ",remount"
        result = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "none", folder],
            capture_output=True,
        )
        if result.returncode:
            pytest.skip("No disk may be mounted here.")
        return folder

    yield resize
    if os.path.ismount(folder):
        subprocess.run(["umount", folder], check=True)
