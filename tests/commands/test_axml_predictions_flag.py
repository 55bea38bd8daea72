import subprocess
import sys

import pytest

CODE = """
from axml_tf.commands import predictions_flag
from axml_tf.console import errors
predictions_flag.define()
errors.run(
    lambda argv: print(predictions_flag.paths(argv)), takes_arguments=True
)
"""


def run_code(*arguments):
    return subprocess.run(
        [sys.executable, "-c", CODE, *arguments],
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["--predictions=a.npz", "--predictions=b.npz"],
        ["--predictions", "a.npz", "b.npz"],
    ],
)
def test_both_ways_to_name_several_files_say_the_same(arguments):
    done = run_code(*arguments)
    assert (done.returncode, done.stdout) == (0, "['a.npz', 'b.npz']\n")


def test_a_file_must_be_named():
    done = run_code()
    assert done.returncode == 1
    assert "--predictions must have a value" in done.stderr
