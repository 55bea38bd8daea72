import json

import numpy as np
import pytest
from ranked_documents import LABEL_COUNTS, RANKINGS, TRUE_LABELS, ranked

import axml_tf
from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation import document_chunks, ranking
from axml_tf.evaluation.evaluate import evaluate, to_markdown
from axml_tf.evaluation.propensity import inverse_propensities


@pytest.mark.parametrize("chunk", [1, 2, 4096])
def test_chunks_and_order_change_nothing(ranked_data, monkeypatch, chunk):
    monkeypatch.setattr(document_chunks, "DOCUMENTS_AT_ONCE", chunk)
    report = evaluate(ranked(RANKINGS), ranked_data, "test")
    weights = inverse_propensities(np.array(LABEL_COUNTS), 50)
    expected = ranking.ranking_measures(
        np.array([RANKINGS[name] for name in TRUE_LABELS]),
        list(TRUE_LABELS.values()),
        inverse_propensities=weights,
    )
    assert report["measures"] == pytest.approx(
        {name: 100 * value for name, value in expected.items()}
    )


def test_report_by_hand(ranked_data):
    report = evaluate(ranked(RANKINGS), ranked_data, "test")
    # Hits among the first 1, 3 and 5: a 1 2 2, b 0 1 1, c 1 1 2, d 0 0 0,
    # e 1 2 4.
    assert report["measures"]["P@1"] == pytest.approx(100 * 3 / 5)
    assert report["measures"]["P@3"] == pytest.approx(100 * 6 / 3 / 5)
    assert report["measures"]["P@5"] == pytest.approx(100 * 9 / 5 / 5)
    assert report["num_documents"] == 5
    assert report["num_documents_without_labels"] == 1
    assert report["num_true_labels"] == 11
    assert report["num_unseen_labels"] == 1
    assert report["dataset_fingerprint"] == "f00d"
    assert report["axml_tf_version"] == axml_tf.__version__


def test_report_goes_into_json_as_it_is(ranked_data):
    report = evaluate(ranked(RANKINGS), ranked_data, "test")
    assert json.loads(json.dumps(report)) == report


def test_unseen_label_weighs_in_the_denominator(ranked_data):
    predictions = ranked(RANKINGS | {"c": [5, 0, 1, 2, 3]})
    before = evaluate(predictions, ranked_data, "test")
    path = ranked_data.true_labels_path("test")
    path.write_text(path.read_text().replace("0 5 6", "0 5"))
    after = evaluate(predictions, ranked_data, "test")
    assert before["measures"]["PSP@3"] < after["measures"]["PSP@3"]
    assert before["measures"]["P@3"] == after["measures"]["P@3"]
    assert after["num_unseen_labels"] == 0


def test_propensity_parameters_reach_the_weights(ranked_data):
    one = evaluate(ranked(RANKINGS), ranked_data, "test")
    # A = 0 weighs all labels alike.
    other = evaluate(ranked(RANKINGS), ranked_data, "test", propensity_a=0.0)
    # Hits of the first 3: 6; the best is 2 + 1 + 3 + 0 + 3.
    assert other["measures"]["PSP@3"] == pytest.approx(100 * 6 / 9)
    assert one["measures"]["PSP@3"] != pytest.approx(100 * 6 / 9)


def test_markdown_has_one_line_per_measure(ranked_data):
    report = evaluate(ranked(RANKINGS), ranked_data, "test")
    lines = to_markdown(report).splitlines()
    assert lines[:3] == [
        "| test, 5 documents, % | @1 | @3 | @5 |",
        "| --- | ---: | ---: | ---: |",
        "| P | 60.00 | 40.00 | 36.00 |",
    ]
    assert [line.split()[1] for line in lines[3:6]] == [
        "nDCG",
        "PSP",
        "PSnDCG",
    ]
    assert "1 of 11 true labels were never seen" in lines[7]
    assert "1 documents have no true label" in lines[9]


def test_scores_of_fillers_do_not_matter(ranked_data):
    predictions = ranked(RANKINGS)
    expected = evaluate(predictions, ranked_data, "test")
    for scores in ([np.nan, np.inf], [np.inf, np.nan]):
        predictions.scores[1, 3:] = scores
        assert evaluate(predictions, ranked_data, "test") == expected


def test_tied_scores_keep_the_order_of_the_file(ranked_data):
    predictions = ranked(RANKINGS)
    expected = evaluate(predictions, ranked_data, "test")
    # Saturated probabilities: equal in float32, ranked by their logits.
    predictions.scores[:] = 1.0
    assert evaluate(predictions, ranked_data, "test") == expected


def test_ranks_may_be_as_few_as_the_labels_of_the_file(ranked_data):
    short = ranked({name: row[:3] for name, row in RANKINGS.items()})
    with pytest.raises(UserError, match="hold 3 labels"):
        evaluate(short, ranked_data, "test")
    report = evaluate(short, ranked_data, "test", ks=(1, 3))
    assert report["measures"]["P@3"] == pytest.approx(40.0)


def test_file_with_all_labels_of_a_small_set_is_enough(ranked_data):
    path = ranked_data.folder / "dataset.json"
    info = json.loads(path.read_text())
    # Three labels to predict; 3 to 6 were never seen.
    info |= {"num_labels": 3, "num_unseen_labels": 4}
    path.write_text(json.dumps(info))
    predictions = ranked({name: [2, 1, 0] for name in RANKINGS})
    report = evaluate(predictions, PreparedData(ranked_data.folder), "test")
    # Hits: d 0, b 1, e 2, a 2, c 1.
    assert report["measures"]["P@5"] == pytest.approx(100 * 6 / 5 / 5)
    assert report["num_unseen_labels"] == 5
