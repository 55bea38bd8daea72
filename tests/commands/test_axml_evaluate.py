import json
import subprocess

import numpy as np
import pytest
from ranked_documents import RANKINGS, ranked, write_ranked_set

from axml_tf.evaluation.evaluate import evaluate
from benchmarks.programs import program

# By document, a ranking whose scores are 1, 0.75, 0.5, 0.25, 0.
OTHER_RANKINGS = {
    "a": [1, 0, 2, 3, 4],
    "b": [2, 1, 0, -1, -1],
    "c": [0, 1, 2, 3, 4],
    "d": [5, 4, 3, 2, 1],
    "e e": [4, 5, 0, 2, 3],
}


@pytest.fixture
def data(tmp_path):
    return write_ranked_set(tmp_path / "data")


@pytest.fixture
def run_evaluate(tmp_path, data):
    """Runs the command on that data set, where the predictions stand."""
    ranked(RANKINGS).save(tmp_path / "a.npz")
    ranked(OTHER_RANKINGS).save(tmp_path / "b.npz")

    def run(*arguments):
        return subprocess.run(
            [program("evaluate"), "--data_dir=data", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )

    return run


def mean_ranking(*rankings):
    """The best five labels by mean score, in a loop."""
    scores = np.zeros(6)
    for one in rankings:
        for place, label in enumerate(one):
            if label >= 0:
                scores[label] += (1 - place / 4) / len(rankings)
    listed = {label for row in rankings for label in row if label >= 0}
    best = sorted(listed, key=lambda label: (-scores[label], label))[:5]
    return best + [-1] * (5 - len(best))


def test_command_prints_a_table_and_writes_json(run_evaluate, data, tmp_path):
    done = run_evaluate("--predictions=a.npz", "--propensity_a=0.5")
    assert done.returncode == 0, done.stderr
    assert "| P | 60.00 | 40.00 | 36.00 |" in done.stdout
    assert "Written to a.json" in done.stdout
    report = json.loads((tmp_path / "a.json").read_text())
    expected = evaluate(ranked(RANKINGS), data, "test", propensity_a=0.5)
    assert report.pop("predictions") == ["a.npz"]
    assert report.pop("combine") is None
    assert report == expected


def test_command_measures_the_mean_of_several_files(
    run_evaluate, data, tmp_path
):
    done = run_evaluate("--predictions", "a.npz", "b.npz", "--combine=sum")
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "a.sum.json").read_text())
    assert report["predictions"] == ["a.npz", "b.npz"]
    assert report["combine"] == "sum"
    means = {
        name: mean_ranking(RANKINGS[name], OTHER_RANKINGS[name])
        for name in RANKINGS
    }
    expected = evaluate(ranked(means), data, "test")["measures"]
    assert report["measures"] == pytest.approx(expected)
    alone = evaluate(ranked(RANKINGS), data, "test")["measures"]
    assert report["measures"] != pytest.approx(alone)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--predictions=none.npz"], "error: No predictions file at none.npz"),
        (["--predictions=a.npz", "--split=dev"], "no split 'dev'"),
        (
            ["--predictions=a.npz", "--output=a.npz"],
            "is the predictions file itself",
        ),
        (["--predictions", "a.npz", "b.npz"], "error: 2 predictions files"),
        (
            ["--predictions=b.npz", "a.npz", "--combine=sum", "--output=a.npz"],
            "is the predictions file itself",
        ),
        (["--predictions=a.npz", "--output=data/labels.txt/x"], "error: "),
        (["--predictions=a.npz", "--propensity_b=0"], "must be > 0"),
        (["--predictions=a.npz", "--propensity_a=-1"], "must be >= 0"),
    ],
)
def test_wrong_command_ends_in_one_line(
    run_evaluate, tmp_path, arguments, message
):
    before = (tmp_path / "a.npz").read_bytes()
    done = run_evaluate(*arguments)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "a.npz").read_bytes() == before
    assert not (tmp_path / "a.json").exists()
