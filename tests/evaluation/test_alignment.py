import numpy as np
import pytest
from ranked_documents import RANKINGS, TRUE_LABELS, ranked

from axml_tf.console.errors import UserError
from axml_tf.evaluation.alignment import (
    check_depth,
    check_predictions,
    match_documents,
)
from axml_tf.evaluation.truth import Truth
from axml_tf.formats.predictions import TopK

NUM_LABELS = 6


@pytest.fixture
def truth(ranked_data):
    return Truth.load(ranked_data, "test")


def test_rows_follow_the_truth_in_whatever_order_they_come(truth):
    rng = np.random.default_rng(0)
    for _ in range(5):
        names = rng.permutation(list(RANKINGS)).tolist()
        rows = match_documents(
            ranked({name: RANKINGS[name] for name in names}), truth
        )
        assert [names[row] for row in rows] == list(TRUE_LABELS)
        assert rows.dtype == np.int64


def test_missing_documents_are_refused(truth):
    rankings = {k: v for k, v in RANKINGS.items() if k not in ("c", "e e")}
    with pytest.raises(
        UserError, match=r"2 of 5 documents of test have no prediction.*'c'"
    ):
        match_documents(ranked(rankings), truth)


def test_documents_of_another_split_are_refused(truth):
    rankings = RANKINGS | {"x": RANKINGS["a"], "y": RANKINGS["a"]}
    with pytest.raises(
        UserError, match=r"2 of 7 predictions belong to no document of.*'x'"
    ):
        match_documents(ranked(rankings), truth)


def test_document_predicted_twice_is_refused(truth):
    one = ranked(RANKINGS)
    rows = [*range(5), 2, 2]
    repeated = TopK(
        one.document_ids[rows], one.label_ids[rows], one.scores[rows]
    )
    with pytest.raises(
        UserError, match="2 predictions repeat a document, for example 'e e'"
    ):
        match_documents(repeated, truth)


def test_predictions_without_documents_are_refused(truth):
    empty = TopK(
        np.zeros(0, np.str_),
        np.zeros((0, 8), np.int32),
        np.zeros((0, 8), np.float32),
    )
    with pytest.raises(UserError, match="hold no document, test has 5"):
        match_documents(empty, truth)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([1, 2, 1, -1, -1], "the same label twice"),
        ([1, -1, 2, -1, -1], "-1 before a label"),
        ([6, 2, 1, -1, -1], "a label id that is not -1 to 5.*6 labels"),
        ([0, 2, 1, -1, -2], "a label id that is not -1 to 5.*6 labels"),
    ],
)
def test_row_that_is_no_ranking_is_refused(row, message):
    with pytest.raises(UserError, match=f"'b' for one.*{message}"):
        check_predictions(ranked(RANKINGS | {"b": row}), NUM_LABELS)


@pytest.mark.parametrize(
    ("score", "message"), [(2.0, "ascend"), (np.nan, "not a number")]
)
def test_unsorted_scores_are_refused(score, message):
    predictions = ranked(RANKINGS)
    predictions.scores[3, 1] = score
    with pytest.raises(UserError, match=f"'a' for one.*{message}"):
        check_predictions(predictions, NUM_LABELS)


@pytest.mark.parametrize("scores", [[np.nan, np.inf], [np.inf, np.nan]])
def test_scores_of_fillers_are_not_looked_at(scores):
    predictions = ranked(RANKINGS)
    predictions.scores[1, 3:] = scores
    check_predictions(predictions, NUM_LABELS)


def test_label_ids_that_are_no_integers_are_refused():
    one = ranked(RANKINGS)
    floats = TopK(one.document_ids, one.label_ids + 0.5, one.scores)
    with pytest.raises(UserError, match="must be integers; found float64"):
        check_predictions(floats, NUM_LABELS)


def test_too_few_labels_per_document_are_refused():
    short = ranked({name: row[:3] for name, row in RANKINGS.items()})
    with pytest.raises(UserError, match=r"hold 3 labels.*need 5.*--top_k"):
        check_depth(short, 5, NUM_LABELS)
    check_depth(short, 3, NUM_LABELS)
    # All labels there are, however few they are.
    check_depth(short, 5, 3)
