import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import axml_tf
from axml_tf.errors import UserError
from axml_tf.evaluation.consensus import consensus
from axml_tf.predictions import Provenance, TopK

ROOT = Path(axml_tf.__file__).parents[1]


def top_k(rows, width=3, made_by=None):
    """Predictions from `{document: [(label, score), ...]}`."""
    label_ids = np.full((len(rows), width), -1, np.int32)
    scores = np.zeros((len(rows), width), np.float32)
    for row, pairs in enumerate(rows.values()):
        for place, (label, score) in enumerate(pairs):
            label_ids[row, place], scores[row, place] = label, score
    return TopK(np.array(list(rows)), label_ids, scores, made_by)


FIRST = {"a": [(0, 0.9), (1, 0.5)], "b": [(2, 0.25)], "c": []}
SECOND = {"c": [(4, 0.5)], "b": [(2, 0.5), (3, 0.25)], "a": [(1, 0.8)]}


def in_a_loop(systems):
    """Eq. 9, label by label: `{document: [(label, score), ...]}`."""
    result = {}
    for document in systems[0]:
        wrong = {}
        for system in systems:
            for label, score in system[document]:
                wrong[label] = wrong.get(label, 1.0) * (1 - score)
        pairs = [(label, 1 - p) for label, p in wrong.items()]
        result[document] = sorted(pairs, key=lambda x: (-x[1], x[0]))
    return result


def random_rows(rng, documents, num_labels=8, width=5):
    return {
        name: sorted(
            (
                # Halves and quarters, so that equal scores come up.
                (int(label), float(rng.integers(0, 4)) / 4)
                for label in rng.permutation(num_labels)[
                    : rng.integers(0, width + 1)
                ]
            ),
            key=lambda pair: -pair[1],
        )
        for name in documents
    }


@pytest.mark.parametrize("num_systems", [2, 3])
def test_consensus_equals_equation_9_in_a_loop(num_systems):
    rng = np.random.default_rng(num_systems)
    names = [f"d{i}" for i in range(50)]
    systems = [
        random_rows(rng, rng.permutation(names)) for _ in range(num_systems)
    ]
    found = consensus([top_k(s, 5) for s in systems], 5 * num_systems)
    expected = in_a_loop(systems)
    assert found.document_ids.tolist() == list(expected)
    for row, pairs in enumerate(expected.values()):
        count = len(pairs)
        assert found.label_ids[row, :count].tolist() == [p[0] for p in pairs]
        np.testing.assert_allclose(
            found.scores[row, :count], [p[1] for p in pairs], atol=1e-6
        )
        assert (found.label_ids[row, count:] == -1).all()


def test_label_missing_from_a_file_counts_as_0():
    found = consensus([top_k(FIRST), top_k(SECOND)], 2)
    assert found.document_ids.tolist() == ["a", "b", "c"]
    # a: 0 is 0.9; 1 is 1 - 0.5 * 0.2. b: 2 is 1 - 0.75 * 0.5; 3 is 0.25.
    # Both of a are 0.9: float32 of 0.9 and 0.8 decides.
    assert sorted(found.label_ids[0].tolist()) == [0, 1]
    assert found.label_ids[1:].tolist() == [[2, 3], [4, -1]]
    np.testing.assert_allclose(
        found.scores, [[0.9, 0.9], [0.625, 0.25], [0.5, 0]], rtol=1e-6
    )


def test_certain_label_stays_certain():
    found = consensus(
        [top_k({"a": [(3, 1.0), (1, 1e-7)]}), top_k({"a": [(3, 0.5)]})], 2
    )
    assert found.label_ids.tolist() == [[3, 1]]
    np.testing.assert_allclose(found.scores, [[1.0, 1e-7]], rtol=1e-5)


def test_costs_of_the_systems_add_up():
    one = Provenance("one", 60.0, 2.0, 100.0, 4.0, 10, "box")
    two = Provenance("two", 30.0, 1.0, 50.0, 2.0, 30, "box")
    made_by = consensus(
        [top_k(FIRST, made_by=one), top_k(SECOND, made_by=two)], 5
    ).made_by
    assert made_by.system == "consensus"
    assert (made_by.train_seconds, made_by.predict_seconds) == (90.0, 3.0)
    assert made_by.train_cpu_seconds == 150.0
    assert made_by.predict_cpu_seconds == 6.0
    assert (made_by.peak_memory, made_by.machine) == (30, "box")
    assert made_by.settings == {"of": "one, two"}
    made_by = consensus([top_k(FIRST, made_by=one), top_k(SECOND)], 5).made_by
    assert (made_by.train_seconds, made_by.peak_memory) == (None, None)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"a": [], "b": []}, "over the same documents; one has 3, another 2"),
        ({"a": [], "b": [], "x": []}, "'c' stands in one and not in another"),
        ({"a": [(0, 1.5)], "b": [], "c": []}, "2: .*'a' has the score 1.5"),
        ({"a": [], "b": [(0, -0.5)], "c": []}, "'b' has the score -0.5"),
        ({"a": [(0, np.nan)], "b": [], "c": []}, "2: .*not a number"),
        ({"a": [(1, 0.5), (1, 0.5)], "b": [], "c": []}, "same label twice"),
        ({}, "2: There is no document"),
    ],
)
def test_unfit_predictions_are_refused(second, message):
    with pytest.raises(UserError, match=message):
        consensus([top_k(FIRST), top_k(second)], 5)


def test_document_predicted_twice_is_refused():
    one = top_k(FIRST)
    rows = [0, 1, 1]
    twice = TopK(one.document_ids[rows], one.label_ids[rows], one.scores[rows])
    with pytest.raises(UserError, match="'b' is predicted twice"):
        consensus([one, twice], 5)


def run_consensus(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "axml_tf.evaluation.consensus", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_command_writes_a_predictions_file(tmp_path):
    for name, rows in (("one", FIRST), ("two", SECOND)):
        top_k(rows).save(tmp_path / f"{name}.npz")
    done = run_consensus(
        f"--predictions={tmp_path}/one.npz",
        f"--predictions={tmp_path}/two.npz",
        f"--output={tmp_path}/both.npz",
        "--top_k=1",
    )
    assert done.returncode == 0, done.stderr
    found = TopK.load(tmp_path / "both.npz")
    assert found.label_ids[1:].tolist() == [[2], [4]]


def test_command_wants_two_files(tmp_path):
    top_k(FIRST).save(tmp_path / "one.npz")
    done = run_consensus(
        f"--predictions={tmp_path}/one.npz", f"--output={tmp_path}/both.npz"
    )
    assert done.returncode == 1
    assert "error: A consensus needs two or more files" in done.stderr
    assert not (tmp_path / "both.npz").exists()
