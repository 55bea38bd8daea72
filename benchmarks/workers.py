"""Processes that do one piece of work at a time, when they are told to.

A worker reads one call a line from its standard input and answers with one
line: `{"call": NAME, "arguments": {...}}`, then `{"result": ...}` or
`{"error": ...}`. So two sides can hold their models in memory and be timed in
turn. Standard library only: peers run in an environment of their own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any, cast

_ROOT = Path(__file__).resolve().parents[1]


class Measured:
    """What every worker can be asked."""

    @staticmethod
    def peak_rss() -> int:
        """Largest resident set of this process so far, in bytes."""
        status = Path("/proc/self/status").read_text(encoding="ascii")
        # Not getrusage: its figure begins with that of the parent process.
        return int(status.split("VmHWM:")[1].split()[0]) * 1024


def serve(worker: Measured) -> None:
    """Answers calls from standard input until it ends.

    Args:
        worker: its methods can be called.
    """
    answers = os.fdopen(os.dup(1), "w")
    # What libraries print must not stand between the answers.
    os.dup2(2, 1)
    for line in sys.stdin:
        call = json.loads(line)
        try:
            result = getattr(worker, call["call"])(**call["arguments"])
            answer = {"result": result}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


class WorkerError(RuntimeError):
    """A worker's call failed, or the worker died of it."""


class Worker:
    """A process that serves `serve`'s protocol; stops with its block.

    Args:
        module: what to run, as in `python -m`.
        python: interpreter to run it with; default: this one.
    """

    def __init__(self, module: str, python: str = sys.executable) -> None:
        self.module = module
        self._process = subprocess.Popen(
            [python, "-m", module],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        # Both are there: a pipe was asked for.
        self._calls = cast(IO[str], self._process.stdin)
        self._answers = cast(IO[str], self._process.stdout)

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait()

    def __call__(self, call: str, **arguments: object) -> Any:
        """The result of a method of the worker.

        Args:
            call: name of the method.
            **arguments: its arguments, of types that JSON has.

        Returns:
            What JSON makes of the result.

        Raises:
            WorkerError: it failed.
        """
        line = json.dumps({"call": call, "arguments": arguments})
        try:
            self._calls.write(line + "\n")
            self._calls.flush()
        except BrokenPipeError:
            pass  # What follows says so.
        reply = self._answers.readline()
        if not reply:
            raise WorkerError(
                f"{self.module} died in {call!r} (exit status "
                f"{self._process.wait()}; -9 is often a lack of memory)."
            )
        answer = json.loads(reply)
        if "error" in answer:
            raise WorkerError(f"{self.module}, {call!r}: {answer['error']}")
        return answer["result"]

    def measure(self, call: str, **arguments: object) -> float:
        """The same of a method whose result is a number.

        Raises:
            WorkerError: it failed, or its result is none.
        """
        result = self(call, **arguments)
        if not isinstance(result, int | float):
            raise WorkerError(
                f"{self.module}, {call!r}: expected a number, received "
                f"{result!r}."
            )
        return float(result)
