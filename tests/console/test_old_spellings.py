import subprocess
import sys
from pathlib import Path

import pytest

import axml_tf
from axml_tf.console import old_spellings
from benchmarks.programs import program

ROOT = Path(axml_tf.__file__).parents[1]


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("axml_tf.train", "axml-train"),
        # A module of this name is there, and is no command any more.
        ("axml_tf.evaluation.evaluate", "axml-evaluate"),
        ("export.serve", "axml-serve"),
        ("data_prep.sparse_features", "axml-features"),
    ],
)
def test_old_spelling_ends_with_a_line_that_names_the_new_one(module, name):
    done = subprocess.run(
        [sys.executable, "-m", module, "--data_dir=x"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr == f"error: python -m {module} is now called {name}.\n"


def test_every_new_name_is_a_command():
    for name in old_spellings._NEW_NAMES.values():
        assert Path(program(name.removeprefix("axml-"))).is_file()


def test_other_programs_go_on():
    for arguments in (
        ["python"],
        ["python", "-m"],
        ["python", "-m", "pytest", "train"],
        ["python", "train"],
    ):
        old_spellings.refuse(arguments)
