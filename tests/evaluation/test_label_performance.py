import warnings

import numpy as np
import pytest
import scipy.sparse

from axml_tf.console.errors import UserError
from axml_tf.evaluation import label_performance, ranking
from axml_tf.formats.predictions import TopK

sklearn_metrics = pytest.importorskip("sklearn.metrics")


def random_case(seed, num_documents=60, num_labels=9):
    """Scores of few values, so that they tie; degenerate labels."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 6, (num_documents, num_labels)) / 8
    true = rng.random((num_documents, num_labels)) < 0.2
    true[:, 2] = False
    true[:, 3] = True
    true[:, 4] = False
    true[7, 4] = True
    scores[:, 5] = 0.5
    true[::10] = False  # Documents without labels.
    true[:, 3] = True
    return scores, true


def expected_performance(scores, true):
    """scikit-learn's figures of every label; NaN where undefined."""
    auc, aupr = [], []
    for column, hits in zip(scores.T, true.T, strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            some = hits.any()
            both = some and not hits.all()
            auc.append(
                sklearn_metrics.roc_auc_score(hits, column) if both else np.nan
            )
            aupr.append(
                sklearn_metrics.average_precision_score(hits, column)
                if some
                else np.nan
            )
    return auc, aupr


def best_of(scores, k):
    """The k best labels of every document, as a predictions file has them."""
    label_ids = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return TopK(
        np.arange(len(scores)).astype(str),
        label_ids.astype(np.int32),
        np.take_along_axis(scores, label_ids, axis=1).astype(np.float32),
    )


def from_top_k(predictions, true):
    matrix = scipy.sparse.csr_matrix(true)
    hits = ranking.relevance(predictions.label_ids, matrix)
    return label_performance.from_top_k(predictions, hits, matrix, "f00d")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("block", "entries"), [(1, 999), (4, 130), (9, 1)])
def test_all_scores_give_scikit_learns_figures(
    monkeypatch, seed, block, entries
):
    monkeypatch.setattr(label_performance, "_BLOCK_ENTRIES", entries)
    scores, true = random_case(seed)
    blocks = (
        (np.arange(9)[start : start + block], scores[:, start : start + block])
        for start in range(0, 9, block)
    )
    found = label_performance.from_scores(
        blocks, scipy.sparse.csr_matrix(true), "f00d"
    )
    auc, aupr = expected_performance(scores, true)
    np.testing.assert_allclose(found.auc, auc, atol=1e-12)
    np.testing.assert_allclose(found.aupr, aupr, atol=1e-12)
    assert np.isnan(found.auc[[2, 3]]).all()
    assert np.isnan(found.aupr[2])
    assert found.aupr[3] == 1
    assert found.is_exact


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("k", "block"), [(1, 50), (3, 1), (3, 9), (9, 70)])
def test_top_k_gives_scikit_learns_figures_with_the_rest_tied(
    monkeypatch, seed, k, block
):
    monkeypatch.setattr(label_performance, "_BLOCK_ENTRIES", block)
    scores, true = random_case(seed)
    predictions = best_of(scores, k)
    # The assumption, made dense: what is not listed is below all that is.
    dense = np.full(scores.shape, -1.0)
    np.put_along_axis(dense, predictions.label_ids, predictions.scores, 1)
    found = from_top_k(predictions, true)
    auc, aupr = expected_performance(dense, true)
    np.testing.assert_allclose(found.auc, auc, atol=1e-12)
    np.testing.assert_allclose(found.aupr, aupr, atol=1e-12)
    assert not found.is_exact


def test_fillers_list_nothing():
    scores, true = random_case(0)
    predictions = best_of(scores, 3)
    expected = from_top_k(predictions, true)
    wider = TopK(
        predictions.document_ids,
        np.pad(predictions.label_ids, ((0, 0), (0, 2)), constant_values=-1),
        np.pad(predictions.scores, ((0, 0), (0, 2)), constant_values=np.nan),
    )
    found = from_top_k(wider, true)
    np.testing.assert_array_equal(found.auc, expected.auc)
    np.testing.assert_array_equal(found.aupr, expected.aupr)


def test_label_that_is_never_scored_ties_all_documents():
    true = scipy.sparse.csr_matrix(np.array([[1, 0], [0, 0], [1, 1], [0, 0]]))
    found = label_performance.from_scores(
        [(np.array([1]), np.array([[0.1], [0.2], [0.9], [0.3]]))], true, "f00d"
    )
    assert found.auc.tolist() == [0.5, 1.0]
    assert found.aupr.tolist() == [0.5, 1.0]


def test_pairs_of_many_documents_are_counted():
    # 50,000 x 50,000 pairs; the upper half is true.
    scores = np.arange(100_000, dtype=np.float32)[:, np.newaxis]
    true = scipy.sparse.csr_matrix(scores >= 50_000)
    found = label_performance.from_scores(
        [(np.array([0]), scores)], true, "f00d"
    )
    assert (found.auc[0], found.aupr[0]) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("scores", "message"),
    [(np.zeros((3, 1)), "must have shape"), (np.full((4, 1), np.nan), "NaN")],
)
def test_unsound_block_is_an_error(scores, message):
    true = scipy.sparse.csr_matrix(np.ones((4, 2), bool))
    with pytest.raises(ValueError, match=message):
        label_performance.from_scores([(np.array([0]), scores)], true, "f00d")


def test_saved_performance_comes_back(tmp_path):
    one = label_performance.LabelPerformance(
        np.array([0.5, np.nan]), np.array([0.25, 1.0]), True, "f00d", 7
    )
    one.save(tmp_path / "x.npz")
    found = label_performance.LabelPerformance.load(tmp_path / "x.npz")
    np.testing.assert_array_equal(found.auc, one.auc)
    np.testing.assert_array_equal(found.aupr, one.aupr)
    assert (found.is_exact, found.fingerprint, found.num_documents) == (
        *(True, "f00d", 7),
    )


@pytest.mark.parametrize("content", [b"", b"nonsense"])
def test_damaged_file_is_a_user_error(tmp_path, content):
    path = tmp_path / "x.npz"
    with pytest.raises(UserError, match="No file of label performance"):
        label_performance.LabelPerformance.load(path)
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"no readable file of label perf"):
        label_performance.LabelPerformance.load(path)
    np.savez(path, auc=np.zeros(1))
    with pytest.raises(UserError, match=r"no readable file of label perf"):
        label_performance.LabelPerformance.load(path)
