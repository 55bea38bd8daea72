"""Looks for inputs that reach new lines of our parsers, by Atheris.

    python tests/fuzz/coverage_guided.py --target=jsonl --runs=10000

A target is a format of raw files, or `rest_body`. What breaks a promise is
printed and kept in `--output_dir`; it becomes a regression test. Needs the
extra [fuzz].

Source: https://github.com/google/atheris
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris
from absl import app, flags

with atheris.instrument_imports(include=["axml_tf", "data_prep", "export"]):
    import rest_bodies
    from promises import answer_or_refusal
    from raw_folders import FOLDERS
    from reading import fill, read_everything

_REST_BODY = "rest_body"
_MAX_BYTES = 4096

flags.DEFINE_enum(
    "target", None, [*FOLDERS, _REST_BODY], "What to give inputs to."
)
flags.DEFINE_integer("runs", 10_000, "Inputs to try.", lower_bound=1)
flags.DEFINE_string("output_dir", ".", "Where inputs that break it are kept.")
flags.mark_flag_as_required("target")


def main(argv: list[str]) -> None:
    """Gives a target inputs until one breaks it, or all runs are done."""
    values = flags.FLAGS
    with tempfile.TemporaryDirectory() as work_dir:
        target, seeds = _target(values.target, Path(work_dir, "raw"))
        fill(Path(work_dir, "seeds"), seeds)
        # In a child: the engine ends its process itself.
        child = os.fork()
        if not child:
            _run(
                target,
                f"-runs={values.runs}",
                f"-artifact_prefix={values.output_dir}/{values.target}-",
                str(Path(work_dir, "seeds")),
            )
        _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


def _run(target: Callable[[bytes], None], *arguments: str) -> None:
    limits = [
        *(f"-max_len={_MAX_BYTES}", "-timeout=20", "-rss_limit_mb=2048"),
        # Inputs as long as the seeds from the start, not short ones first.
        "-len_control=0",
    ]
    atheris.Setup(["fuzz", *limits, *arguments], target)
    atheris.Fuzz()


def _target(
    name: str, folder: Path
) -> tuple[Callable[[bytes], None], dict[str, bytes]]:
    """A function of an input, and inputs to start from."""
    if name == _REST_BODY:
        seeds = {str(i): body for i, body in enumerate(rest_bodies.BODIES)}
        return rest_bodies.arrays_of, seeds
    files = FOLDERS[name]
    names = sorted(files)

    def read(data: bytes) -> None:
        # The first byte chooses the file that has the others.
        wrong = names[data[0] % len(names)] if data else names[0]
        fill(folder, {**files, wrong: data[1:]})
        answer_or_refusal(read_everything, name, folder)

    return read, {
        name: bytes([i]) + files[name] for i, name in enumerate(names)
    }


if __name__ == "__main__":
    app.run(main)
