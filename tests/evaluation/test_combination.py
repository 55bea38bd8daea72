import itertools

import numpy as np
import pytest
from made_predictions import random_rows, top_k

from axml_tf.console.errors import UserError
from axml_tf.evaluation import document_chunks
from axml_tf.evaluation.combination import METHODS, combine
from axml_tf.formats.predictions import Provenance, TopK

FIRST = {"a": [(0, 0.9), (1, 0.5)], "b": [(2, 0.25)], "c": []}
SECOND = {"c": [(4, 0.5)], "b": [(2, 0.5), (3, 0.25)], "a": [(1, 0.8)]}


def noisy_or(probabilities):
    wrong = 1.0
    for probability in probabilities:
        wrong *= 1 - probability
    return 1 - wrong


def mean(probabilities):
    return sum(probabilities) / len(probabilities)


def in_a_loop(systems, formula):
    """Label by label: `{document: [(label, score), ...]}`."""
    result = {}
    for document in systems[0]:
        found = [dict(system[document]) for system in systems]
        pairs = [
            (label, formula([scores.get(label, 0.0) for scores in found]))
            for label in {x for scores in found for x in scores}
        ]
        result[document] = sorted(pairs, key=lambda x: (-x[1], x[0]))
    return result


FORMULAS = {"consensus": noisy_or, "sum": mean}


@pytest.mark.parametrize("chunk", [7, 4096])
@pytest.mark.parametrize("num_systems", [1, 2, 3])
@pytest.mark.parametrize("method", METHODS)
def test_combination_equals_a_loop_over_labels(
    monkeypatch, method, num_systems, chunk
):
    monkeypatch.setattr(document_chunks, "DOCUMENTS_AT_ONCE", chunk)
    rng = np.random.default_rng(num_systems)
    names = [f"d{i}" for i in range(50)]
    systems = [
        random_rows(rng, rng.permutation(names)) for _ in range(num_systems)
    ]
    width = 5 * num_systems
    found = combine([top_k(s, 5) for s in systems], method, width)
    expected = in_a_loop(systems, FORMULAS[method])
    assert found.document_ids.tolist() == list(expected)
    assert (found.label_ids.dtype, found.scores.dtype) == (np.int32, np.float32)
    num_ties = 0
    for row, pairs in enumerate(expected.values()):
        count = len(pairs)
        assert found.label_ids[row, :count].tolist() == [p[0] for p in pairs]
        np.testing.assert_allclose(
            found.scores[row, :count], [p[1] for p in pairs], atol=1e-6
        )
        assert (found.label_ids[row, count:] == -1).all()
        assert (found.scores[row, count:] == 0).all()
        num_ties += sum(a[1] == b[1] for a, b in itertools.pairwise(pairs))
    assert num_ties > 20
    cut = combine([top_k(s, 5) for s in systems], method, 2)
    np.testing.assert_array_equal(cut.label_ids, found.label_ids[:, :2])


@pytest.mark.parametrize("method", METHODS)
def test_one_system_stays_itself(method):
    rng = np.random.default_rng(5)
    one = top_k(random_rows(rng, [f"d{i}" for i in range(50)]), 5)
    found = combine([one], method, 5)
    assert found.document_ids.tolist() == one.document_ids.tolist()
    np.testing.assert_array_equal(found.label_ids, one.label_ids)
    np.testing.assert_array_equal(found.scores, one.scores)


def test_label_missing_from_a_file_counts_as_0():
    found = combine([top_k(FIRST), top_k(SECOND)], "consensus", 2)
    assert found.document_ids.tolist() == ["a", "b", "c"]
    # a: 0 is 0.9; 1 is 1 - 0.5 * 0.2. b: 2 is 1 - 0.75 * 0.5; 3 is 0.25.
    # Both of a are 0.9: float32 of 0.9 and 0.8 decides.
    assert sorted(found.label_ids[0].tolist()) == [0, 1]
    assert found.label_ids[1:].tolist() == [[2, 3], [4, -1]]
    np.testing.assert_allclose(
        found.scores, [[0.9, 0.9], [0.625, 0.25], [0.5, 0]], rtol=1e-6
    )


def test_mean_of_two_by_hand():
    found = combine([top_k(FIRST), top_k(SECOND)], "sum", 2)
    # a: 1 is (0.5 + 0.8) / 2, 0 is 0.9 / 2. b: 2 is (0.25 + 0.5) / 2, 3 is
    # 0.25 / 2. c: 4 is 0.5 / 2.
    assert found.label_ids.tolist() == [[1, 0], [2, 3], [4, -1]]
    np.testing.assert_allclose(
        found.scores, [[0.65, 0.45], [0.375, 0.125], [0.25, 0]], rtol=1e-6
    )


def test_certain_label_stays_certain():
    found = combine(
        [top_k({"a": [(3, 1.0), (1, 1e-7)]}), top_k({"a": [(3, 0.5)]})],
        "consensus",
        2,
    )
    assert found.label_ids.tolist() == [[3, 1]]
    np.testing.assert_allclose(found.scores, [[1.0, 1e-7]], rtol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_scores_of_fillers_do_not_matter(method):
    expected = combine([top_k(FIRST), top_k(SECOND)], method, 5)
    one = top_k(FIRST)
    one.scores[one.label_ids < 0] = np.inf
    with np.errstate(invalid="raise"):
        found = combine([one, top_k(SECOND)], method, 5)
    np.testing.assert_array_equal(found.label_ids, expected.label_ids)
    np.testing.assert_array_equal(found.scores, expected.scores)


@pytest.mark.parametrize("method", METHODS)
def test_costs_of_the_systems_add_up(method):
    one = Provenance("one", 60.0, 2.0, 100.0, 4.0, 10, "box")
    two = Provenance("two", 30.0, 1.0, 50.0, 2.0, 30, "box")
    made_by = combine(
        [top_k(FIRST, made_by=one), top_k(SECOND, made_by=two)], method, 5
    ).made_by
    assert made_by.system == method
    assert (made_by.train_seconds, made_by.predict_seconds) == (90.0, 3.0)
    assert made_by.train_cpu_seconds == 150.0
    assert made_by.predict_cpu_seconds == 6.0
    assert (made_by.peak_memory, made_by.machine) == (30, "box")
    assert made_by.settings == {"of": "one, two"}
    made_by = combine(
        [top_k(FIRST, made_by=one), top_k(SECOND)], method, 5
    ).made_by
    assert (made_by.train_seconds, made_by.peak_memory) == (None, None)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"a": [], "b": []}, "2: .*the same documents; one has 3, another 2"),
        (
            {"a": [], "b": [], "x": []},
            "2: .*'c' stands in one and not in another",
        ),
        ({"a": [(0, 1.5)], "b": [], "c": []}, "2: .*'a' has the score 1.5"),
        ({"a": [], "b": [(0, -0.5)], "c": []}, "'b' has the score -0.5"),
        ({"a": [(0, np.nan)], "b": [], "c": []}, "2: .*not a number"),
        ({"a": [(1, 0.5), (1, 0.5)], "b": [], "c": []}, "same label twice"),
        ({}, "2: There is no document"),
    ],
)
def test_unfit_predictions_are_refused(method, second, message):
    with pytest.raises(UserError, match=message):
        combine([top_k(FIRST), top_k(second)], method, 5)


def test_document_predicted_twice_is_refused():
    one = top_k(FIRST)
    rows = [0, 1, 1]
    twice = TopK(one.document_ids[rows], one.label_ids[rows], one.scores[rows])
    with pytest.raises(UserError, match="'b' is predicted twice"):
        combine([one, twice], "sum", 5)


def with_labels(rows, digest):
    settings = {"labels.txt": digest} if digest else {}
    return top_k(rows, made_by=Provenance("one", settings=settings))


def test_predictions_of_other_labels_are_refused():
    systems = [with_labels(FIRST, digest) for digest in ("", "f00d", "beef")]
    with pytest.raises(UserError) as error:
        combine(systems, "sum", 5)
    assert str(error.value) == (
        "All files must be over the same labels; those of predictions 2 and "
        "3 differ (labels.txt f00d and beef): prepare the data once for all "
        "systems."
    )


def test_labels_are_kept_where_all_systems_say_them():
    both = combine([with_labels(FIRST, "f00d")] * 2, "sum", 5)
    assert both.made_by.settings == {"of": "one, one", "labels.txt": "f00d"}
    # One that does not say may be of any labels.
    for unknown in (with_labels(SECOND, ""), top_k(SECOND)):
        found = combine([with_labels(FIRST, "f00d"), unknown], "sum", 5)
        assert "labels.txt" not in found.made_by.settings
