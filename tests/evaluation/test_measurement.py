import numpy as np
import pytest
from ranked_documents import RANKINGS, TRUE_LABELS, ranked
from small_sets import predict, write_set

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation import document_chunks, ranking
from axml_tf.evaluation.measurement import in_order, measure
from axml_tf.evaluation.propensity import inverse_propensities
from axml_tf.evaluation.truth import Truth
from axml_tf.formats.predictions import Provenance


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """True labels by document, the same as truth, and predictions of them."""
    data_dir = tmp_path_factory.mktemp("measured") / "data"
    labels = write_set(data_dir)["test"]
    truth = Truth.load(PreparedData(data_dir), "test")
    made_by = Provenance("trees")
    return labels, truth, predict(labels, noise=2.0, made_by=made_by)


@pytest.mark.parametrize("chunk", [1, 7, 4096])
def test_values_are_those_of_all_documents_together(case, monkeypatch, chunk):
    monkeypatch.setattr(document_chunks, "DOCUMENTS_AT_ONCE", chunk)
    labels, truth, predictions = case
    rows = dict(
        zip(predictions.document_ids, predictions.label_ids, strict=True)
    )
    expected = ranking.document_values(
        np.array([rows[name] for name in labels]),
        list(labels.values()),
        (1, 4),
        inverse_propensities(truth.training_counts, 2000, 0.5, 0.4),
    )
    found = measure(
        predictions, truth, (1, 4), propensity_a=0.5, propensity_b=0.4
    ).values
    assert set(found) == {*expected, "RP@1", "RP@4"}
    for name, (value, best) in expected.items():
        np.testing.assert_allclose(found[name].value, value, atol=1e-12)
        np.testing.assert_allclose(found[name].best, best, atol=1e-12)


@pytest.mark.parametrize("chunk", [7, 4096])
def test_hits_and_r_precision_equal_a_loop(case, monkeypatch, chunk):
    monkeypatch.setattr(document_chunks, "DOCUMENTS_AT_ONCE", chunk)
    labels, truth, predictions = case
    found = measure(predictions, truth)
    ordered = found.predictions
    assert ordered.document_ids.tolist() == list(labels)
    hits = [
        [label in true for label in row]
        for row, true in zip(
            ordered.label_ids.tolist(), labels.values(), strict=True
        )
    ]
    assert found.hits.tolist() == hits
    r_precision = [
        sum(row[:5]) / min(5, len(true)) if true else 0
        for row, true in zip(hits, labels.values(), strict=True)
    ]
    assert found.values["RP@5"].value.tolist() == pytest.approx(r_precision)


def test_whole_rows_come_into_order(case):
    labels, truth, predictions = case
    ordered = in_order(predictions, truth, 5)
    places = [predictions.document_ids.tolist().index(n) for n in labels]
    assert places != sorted(places)
    np.testing.assert_array_equal(
        ordered.label_ids, predictions.label_ids[places]
    )
    np.testing.assert_array_equal(ordered.scores, predictions.scores[places])
    assert ordered.made_by == predictions.made_by


def test_unfit_predictions_are_refused(ranked_data):
    truth = Truth.load(ranked_data, "test")
    assert in_order(ranked(RANKINGS), truth, 5).document_ids.tolist() == list(
        TRUE_LABELS
    )
    for rankings, message in (
        ({n: row[:3] for n, row in RANKINGS.items()}, "hold 3 labels"),
        (RANKINGS | {"b": [6, 2, 1, -1, -1]}, "not -1 to 5"),
        (RANKINGS | {"x": RANKINGS["a"]}, "belong to no document"),
    ):
        with pytest.raises(UserError, match=message):
            in_order(ranked(rankings), truth, 5)
