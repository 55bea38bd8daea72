import subprocess

import pytest
from made_predictions import top_k

from axml_tf.formats.predictions import TopK
from benchmarks.programs import program

FIRST = {"a": [(0, 0.9), (1, 0.5)], "b": [(2, 0.25)], "c": []}
SECOND = {"c": [(4, 0.5)], "b": [(3, 0.5), (2, 0.375)], "a": [(1, 0.75)]}


@pytest.fixture
def folder(tmp_path):
    """A folder with two predictions files."""
    for name, rows in (("one", FIRST), ("two", SECOND)):
        top_k(rows).save(tmp_path / f"{name}.npz")
    return tmp_path


def run_consensus(folder, *arguments):
    return subprocess.run(
        [program("consensus"), "--predictions", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("combine", "best"),
    # b: 2 is 1 - 0.75 * 0.625 = 0.53125 by eq. 9 and 0.3125 on average, 3 is
    # 0.5 and 0.25.
    [([], 0.53125), (["--combine=sum"], 0.3125)],
)
def test_command_writes_a_predictions_file(folder, combine, best):
    done = run_consensus(
        folder, "one.npz", "two.npz", *combine, "--output=x.npz", "--top_k=1"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "3 documents, written to x.npz\n"
    found = TopK.load(folder / "x.npz")
    assert found.label_ids[1:].tolist() == [[2], [4]]
    assert found.scores[1].tolist() == [best]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["one.npz"], "error: A consensus needs two or more files"),
        (["one.npz", "x.npz"], "error: No predictions file at x.npz"),
    ],
)
def test_wrong_command_ends_in_one_line(folder, arguments, message):
    done = run_consensus(folder, *arguments, "--output=both.npz")
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "both.npz").exists()
