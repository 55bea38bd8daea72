import numpy as np
import pytest
import scipy.sparse

from axml_tf.evaluation import ranking, thresholds
from axml_tf.formats.predictions import TopK

sklearn_metrics = pytest.importorskip("sklearn.metrics")

NUM_LABELS = 7


def random_case(seed, num_documents=40, depth=5):
    """Rankings with equal scores and fillers; degenerate labels, documents."""
    rng = np.random.default_rng(seed)
    label_ids = np.full((num_documents, depth), -1, np.int32)
    scores = np.zeros(label_ids.shape, np.float32)
    for row in range(num_documents):
        count = rng.integers(0, depth + 1)
        label_ids[row, :count] = rng.permutation(NUM_LABELS)[:count]
        scores[row, :count] = np.sort(rng.integers(0, 9, count) / 8)[::-1]
    true = rng.random((num_documents, NUM_LABELS)) < 0.25
    true[:, 1] = False
    true[:, 2] = True
    true[::9] = False
    matrix = scipy.sparse.csr_matrix(true)
    hits = ranking.relevance(label_ids, matrix)
    names = np.arange(num_documents).astype(str)
    return (TopK(names, label_ids, scores), hits, matrix), true


def assigned(predictions, threshold):
    """The labels of every document whose score is high enough, dense."""
    dense = np.zeros((len(predictions.scores), NUM_LABELS), bool)
    for row, (labels, scores) in enumerate(
        zip(predictions.label_ids, predictions.scores, strict=True)
    ):
        for label, score in zip(labels, scores, strict=True):
            if label >= 0 and score >= threshold:
                dense[row, label] = True
    return dense


def sklearn_f1(predictions, true, threshold, average):
    occurring = np.flatnonzero(true.any(axis=0))
    return sklearn_metrics.f1_score(
        true,
        assigned(predictions, threshold),
        # Micro-F1 is over all labels, macro-F1 over those that occur.
        labels=occurring if average == "macro" else None,
        average=average,
        zero_division=0,
    )


AVERAGES = {
    "micro": (thresholds.micro_f1, thresholds.best_micro),
    "macro": (thresholds.macro_f1, thresholds.best_macro),
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("average", AVERAGES)
def test_f1_equals_scikit_learns(seed, average):
    case, true = random_case(seed)
    f1, _ = AVERAGES[average]
    for threshold in (0.0, 0.25, 0.3, 0.875, 1.0, 2.0):
        assert f1(*case, threshold) == pytest.approx(
            sklearn_f1(case[0], true, threshold, average)
        )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("average", AVERAGES)
def test_best_threshold_is_that_of_all_scores_tried(seed, average):
    case, true = random_case(seed)
    predictions = case[0]
    grid = np.unique(predictions.scores[predictions.label_ids >= 0])
    tried = [sklearn_f1(predictions, true, t, average) for t in grid]
    found = AVERAGES[average][1](*case)
    assert found.f1 == pytest.approx(max(tried))
    best = max(
        threshold
        for threshold, f1 in zip(grid, tried, strict=True)
        if f1 == pytest.approx(max(tried))
    )
    assert found.score == best


@pytest.mark.parametrize("average", AVERAGES)
def test_nothing_predicted_or_nothing_true_is_0(average):
    (predictions, hits, matrix), _ = random_case(0)
    f1, best = AVERAGES[average]
    nothing = TopK(
        predictions.document_ids,
        np.full_like(predictions.label_ids, -1),
        predictions.scores,
    )
    none = np.zeros_like(hits)
    assert best(nothing, none, matrix).f1 == 0
    assert f1(nothing, none, matrix, 0.0) == 0
    untrue = scipy.sparse.csr_matrix(matrix.shape, dtype=bool)
    assert best(predictions, none, untrue).f1 == 0
    assert f1(predictions, none, untrue, 0.0) == 0
    assert f1(nothing, none, untrue, 0.0) == 0
