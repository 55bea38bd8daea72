"""A worker that test_workers.py runs."""

import os

from benchmarks.workers import serve


def echo(value):
    print("what a library prints is no answer")
    return value


def fail():
    raise ValueError("two\nlines")


def die():
    os._exit(3)


if __name__ == "__main__":
    serve({"echo": echo, "fail": fail, "die": die})
