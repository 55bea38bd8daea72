"""A worker that test_workers.py runs."""

import os

from benchmarks.workers import Measured, serve


class EchoWorker(Measured):
    def echo(self, value: object) -> object:
        print("what a library prints is no answer")
        return value

    def fail(self) -> None:
        raise ValueError("two\nlines")

    def die(self) -> None:
        os._exit(3)


if __name__ == "__main__":
    serve(EchoWorker())
