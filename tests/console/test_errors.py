import subprocess
import sys
from pathlib import Path

import pytest

import axml_tf

ROOT = Path(axml_tf.__file__).parents[1]


def run_main(body, *arguments, arguments_of_run=""):
    """Runs `errors.run` on a main of this body in a fresh process."""
    code = (
        "from axml_tf.console import errors\n"
        f"def main(argv):\n    {body}\n"
        f"errors.run(main, {arguments_of_run})\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_success_is_silent_with_status_0():
    done = run_main("print('done')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("raise errors.UserError('no\\n  such file')", "error: no such file\n"),
        (
            "open('/nowhere/x')",
            "error: [Errno 2] No such file or directory: '/nowhere/x'\n",
        ),
    ],
)
def test_what_the_user_can_mend_is_one_line(body, line):
    done = run_main(body)
    assert (done.returncode, done.stderr) == (1, line)


def test_a_defect_keeps_its_traceback():
    done = run_main("raise ValueError('defect')")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "ValueError: defect" in done.stderr


def test_stray_argument_is_refused():
    done = run_main("print('ran')", "stray")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: Unexpected argument 'stray': every option is given as "
        "--name=value.\n"
    )


def test_main_that_takes_arguments_gets_them():
    done = run_main(
        "print(argv[1:])", "text", arguments_of_run="takes_arguments=True"
    )
    assert (done.returncode, done.stdout) == (0, "['text']\n")


def test_unknown_flag_is_refused():
    done = run_main("print('ran')", "--no_such_flag=1")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no_such_flag" in done.stderr
    assert "Traceback" not in done.stderr


def test_run_that_can_be_resumed_says_so_and_ends_with_75():
    done = run_main("raise errors.Resumable('Stopped at step 3.')")
    assert (done.returncode, done.stderr) == (75, "Stopped at step 3.\n")


def test_file_that_tensorflow_cannot_read_is_one_line():
    done = run_main(
        "import tensorflow as tf;"
        "raise tf.errors.DataLossError(None, None, 'no\\nrecord')"
    )
    assert done.returncode == 1
    # TensorFlow has its own notes before.
    assert done.stderr.endswith("\nerror: no record\n")
    assert "Traceback" not in done.stderr
