import dataclasses

import numpy as np
import pytest
from small_sets import predict, write_set

from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation.combination import combine
from axml_tf.evaluation.evaluate import evaluate
from axml_tf.evaluation.measurement import measure
from axml_tf.evaluation.report.report_pairs import consensuses, overlaps
from axml_tf.evaluation.truth import Truth

NAMES = ("a", "b", "c")


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs") / "data"
    write_set(folder)
    return Truth.load(PreparedData(folder), "test")


@pytest.fixture(scope="module")
def files(truth):
    """Predictions by name, documents in a different order in each."""
    labels = dict(
        zip(
            truth.document_ids,
            [row.indices.tolist() for row in truth.labels],
            strict=True,
        )
    )
    return {
        name: predict(labels, 0.8 + 0.4 * place, place)
        for place, name in enumerate(NAMES)
    }


def measured(files, truth):
    return {name: measure(file, truth) for name, file in files.items()}


def test_overlap_of_every_pair_equals_sets_in_a_loop(files, truth):
    found = overlaps(measured(files, truth))
    assert [o.systems for o in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    first, second = (
        dict(zip(file.document_ids, file.label_ids.tolist(), strict=True))
        for file in (files["b"], files["c"])
    )
    expected = [
        100
        * np.mean(
            [len(set(first[d][:k]) & set(second[d][:k])) / k for d in first]
        )
        for k in range(1, 6)
    ]
    assert found[2].shares == pytest.approx(expected)


def test_consensus_is_of_the_reference_and_each_other(files, truth):
    found, missing = consensuses(measured(files, truth), "b")
    assert [c.systems for c in found] == [("b", "a"), ("b", "c")]
    assert missing == []
    expected = evaluate(
        combine([files["b"], files["c"]], "consensus", 5), truth.data, "test"
    )["measures"]
    assert found[1].measures == pytest.approx(
        {name: expected[name] for name in found[1].measures}
    )
    assert len(found[1].measures) == 6


def test_scores_that_are_no_probabilities_make_no_consensus(files, truth):
    margins = dataclasses.replace(files["b"], scores=files["b"].scores * 9)
    found, missing = consensuses(measured(files | {"b": margins}, truth), "a")
    assert [c.systems for c in found] == [("a", "c")]
    (line,) = missing
    assert line.startswith("Table 5, a with b: To combine systems needs")


def test_a_combination_is_not_combined_again(files, truth):
    both = combine([files["a"], files["b"]], "sum", 8)
    found, missing = consensuses(measured(files | {"b": both}, truth), "a")
    assert [c.systems for c in found] == [("a", "c")]
    assert missing == []
