"""A command in a process of its own, which may find no room on the disk."""

import importlib
import os
import resource
import sys
from multiprocessing.connection import Connection


def run(
    module: str,
    arguments: list[str],
    most_bytes: int | None,
    output: Connection,
) -> None:
    """Runs a main; what a child process does.

    Args:
        module: its dotted name; has a function `run`.
        arguments: of its command line.
        most_bytes: that a file may have; None for any number.
        output: a pipe that takes stdout and stderr. A file would have the
            limit too.
    """
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    for stream in (1, 2):
        os.dup2(output.fileno(), stream)
    output.close()
    if most_bytes is not None:
        # Python ignores the signal, so that writing fails with EFBIG.
        unlimited = resource.RLIM_INFINITY
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, unlimited))
    sys.argv = [module, *arguments]
    importlib.import_module(module).run()
