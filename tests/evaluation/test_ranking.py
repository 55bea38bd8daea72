import math

import numpy as np
import pytest
import scipy.sparse

from axml_tf.evaluation import ranking
from axml_tf.evaluation.propensity import inverse_propensities

KS = (1, 3, 5)


def loop_measures(label_ids, true_labels, weights, k):
    """P, nDCG, PSP and PSnDCG at k, one document and one rank at a time."""
    precision = ndcg = psp = psp_best = psndcg = psndcg_best = 0.0
    for predicted, true in zip(label_ids, true_labels, strict=True):
        true = set(true)
        dcg = psdcg = 0.0
        for rank, label in enumerate(predicted[:k], 1):
            if label in true:
                precision += 1 / k
                psp += weights[label] / k
                dcg += 1 / math.log(rank + 1)
                psdcg += weights[label] / math.log(rank + 1)
        ideal = best = 0.0
        by_weight = sorted((weights[label] for label in true), reverse=True)
        for rank, weight in enumerate(by_weight[:k], 1):
            ideal += 1 / math.log(rank + 1)
            best += weight / math.log(rank + 1)
            psp_best += weight / k
        if true:
            ndcg += dcg / ideal
            psndcg += psdcg / ideal
            psndcg_best += best / ideal
    n = len(true_labels)
    return {
        f"P@{k}": precision / n,
        f"nDCG@{k}": ndcg / n,
        f"PSP@{k}": psp / psp_best if psp_best else 0.0,
        f"PSnDCG@{k}": psndcg / psndcg_best if psndcg_best else 0.0,
    }


def random_case(seed, num_documents=40, num_labels=12, depth=7):
    """Rankings with fillers, documents without labels, unseen labels."""
    rng = np.random.default_rng(seed)
    label_ids = np.full((num_documents, depth), -1, np.int32)
    true_labels = []
    for row in label_ids:
        length = rng.integers(0, min(depth, num_labels) + 1)
        row[:length] = rng.permutation(num_labels)[:length]
        # Ids from num_labels on were never seen and are never predicted.
        true_labels.append(
            rng.permutation(num_labels + 3)[: rng.integers(0, 9)].tolist()
        )
    counts = np.concatenate([rng.integers(1, 500, num_labels), [0, 0, 0]])
    return label_ids, true_labels, inverse_propensities(counts, 1000)


@pytest.mark.parametrize("seed", range(5))
def test_measures_equal_a_plain_loop(seed):
    label_ids, true_labels, weights = random_case(seed)
    expected = {}
    for k in KS:
        expected |= loop_measures(label_ids, true_labels, weights, k)
    actual = ranking.ranking_measures(label_ids, true_labels, KS, weights)
    assert actual == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_measures_equal_napkinxc(seed):
    metrics = pytest.importorskip("napkinxc.metrics")
    label_ids, true_labels, weights = random_case(seed, num_documents=200)
    predicted = [[int(x) for x in row if x >= 0] for row in label_ids]
    actual = ranking.ranking_measures(label_ids, true_labels, KS, weights)
    theirs = {
        "P": metrics.precision_at_k(true_labels, predicted, k=5),
        "nDCG": metrics.ndcg_at_k(true_labels, predicted, k=5),
        "PSP": metrics.psprecision_at_k(true_labels, predicted, weights, k=5),
        "PSnDCG": metrics.psndcg_at_k(true_labels, predicted, weights, k=5),
    }
    for name, values in theirs.items():
        for k in KS:
            assert actual[f"{name}@{k}"] == pytest.approx(values[k - 1])


def test_values_by_hand():
    # Ranks 1 and 3 of the first document are hits, none of the second's.
    actual = ranking.ranking_measures(
        np.array([[4, 0, 2], [1, 3, 0]]),
        [[2, 4, 5], [2]],
        ks=(1, 3),
        inverse_propensities=np.array([9.0, 9.0, 4.0, 9.0, 2.0, 3.0]),
    )
    third = 1 / math.log2(4)
    second = 1 / math.log2(3)
    ideal = 1 + second + third
    best = 4 + 3 * second + 2 * third
    assert actual == pytest.approx(
        {
            "P@1": 1 / 2,
            "P@3": (2 / 3) / 2,
            "nDCG@1": 1 / 2,
            "nDCG@3": (1 + third) / ideal / 2,
            "PSP@1": 2 / (4 + 4),
            "PSP@3": (2 + 4) / (4 + 3 + 2 + 4),
            "PSnDCG@1": 2 / (4 + 4),
            "PSnDCG@3": ((2 + 4 * third) / ideal) / (best / ideal + 4),
        }
    )


def test_ndcg_at_1_equals_p_at_1_of_every_document():
    label_ids, true_labels, _ = random_case(seed=7)
    values = ranking.document_values(label_ids, true_labels, ks=(1,))
    np.testing.assert_array_equal(values["nDCG@1"].value, values["P@1"].value)
    assert 0 < values["P@1"].value.mean() < 1


def test_perfect_ranking_has_every_measure_but_precision_at_1():
    # Three documents with 1, 3 and 6 labels, the rarest label first.
    weights = np.array([6.0, 5.0, 4.0, 3.0, 2.0, 1.5])
    label_ids = np.tile(np.arange(6), (3, 1))
    true_labels = [[0], [0, 1, 2], [0, 1, 2, 3, 4, 5]]
    actual = ranking.ranking_measures(label_ids, true_labels, KS, weights)
    assert actual.pop("P@3") == pytest.approx((1 / 3 + 1 + 1) / 3)
    assert actual.pop("P@5") == pytest.approx((1 / 5 + 3 / 5 + 1) / 3)
    assert actual == pytest.approx(dict.fromkeys(actual, 1.0))


def test_document_without_a_true_label_is_counted_as_0():
    label_ids = np.array([[0, 1], [0, 1]])
    actual = ranking.ranking_measures(
        label_ids, [[0], []], (1,), np.array([2.0, 2.0])
    )
    assert actual == {"P@1": 0.5, "nDCG@1": 0.5, "PSP@1": 1, "PSnDCG@1": 1}


def test_corpus_without_any_true_label_has_0():
    actual = ranking.ranking_measures(
        np.array([[0, 1]]), [[]], (1, 2), np.array([2.0, 2.0])
    )
    assert len(actual) == 8
    assert actual == dict.fromkeys(actual, 0.0)


def test_missing_predictions_are_misses():
    full = ranking.ranking_measures(np.array([[3, -1, -1]]), [[3, 4]], (3,))
    short = ranking.ranking_measures(np.array([[3]]), [[3, 4]], (3,))
    ideal = 1 + 1 / math.log2(3)
    assert full == pytest.approx({"P@3": 1 / 3, "nDCG@3": 1 / ideal})
    assert short == full


def test_filler_matches_no_label_of_the_document_before():
    # -1 of a row must not be taken for the last label of the row above.
    relevant = ranking.relevance(
        np.array([[0], [-1]]), ranking.to_csr([[0, 1], [0]])
    )
    assert relevant.tolist() == [[True], [False]]


def test_label_beyond_all_true_labels_is_a_miss():
    # 3 must not be taken for label 0 of the next document.
    relevant = ranking.relevance(
        np.array([[3], [0]]), ranking.to_csr([[2], [0]])
    )
    assert relevant.tolist() == [[False], [True]]


def test_unseen_true_label_counts_in_the_ideal():
    # Label 9 cannot be predicted by a model of two labels.
    actual = ranking.ranking_measures(
        np.array([[0, 1]]), [[0, 9]], (2,), np.full(10, 2.0)
    )
    ideal = 1 + 1 / math.log2(3)
    assert actual == pytest.approx(
        {
            "P@2": 0.5,
            "nDCG@2": 1 / ideal,
            "PSP@2": 0.5,
            "PSnDCG@2": 1 / ideal,
        }
    )


def test_lists_and_csr_give_the_same():
    label_ids, true_labels, weights = random_case(seed=3)
    indptr = np.cumsum([0] + [len(labels) for labels in true_labels])
    indices = np.concatenate(true_labels).astype(np.int32)
    matrix = scipy.sparse.csr_matrix(
        (np.ones(len(indices), bool), indices, indptr),
        shape=(len(true_labels), len(weights)),
    )
    arrays = [np.array(labels, np.int32) for labels in true_labels]
    expected = ranking.ranking_measures(label_ids, true_labels, KS, weights)
    for same in (matrix, arrays):
        assert expected == ranking.ranking_measures(
            label_ids, same, KS, weights
        )


def test_repeated_and_zero_entries_are_no_further_labels():
    matrix = scipy.sparse.csr_matrix(
        (np.array([1, 1, 0]), np.array([2, 2, 1]), np.array([0, 3])),
        shape=(1, 4),
    )
    expected = ranking.ranking_measures(np.array([[2, 1, 0]]), [[2]], (3,))
    assert expected == ranking.ranking_measures(
        np.array([[2, 1, 0]]), matrix, (3,)
    )
    assert matrix.nnz == 3, "the argument was changed"


def test_million_labels_need_no_dense_matrix():
    # Dense, this is 10 000 x 3 000 000 = 30 GB even as bytes.
    rng = np.random.default_rng(0)
    true_labels = rng.integers(0, 3_000_000, (10_000, 5))
    actual = ranking.ranking_measures(true_labels, true_labels.tolist(), (1,))
    assert actual == {"P@1": 1.0, "nDCG@1": 1.0}


@pytest.mark.parametrize(
    ("label_ids", "true_labels", "ks", "message"),
    [
        ([[0]], [[0], [1]], (1,), "as many rows"),
        ([0], [[0]], (1,), "shape"),
        ([[0]], [[0]], (0,), "`ks` must be positive"),
        ([[0]], [[0]], (), "`ks` must be positive"),
        (np.zeros((0, 3), int), [], (1,), "a document to measure"),
        ([[0]], [[-1]], (1,), "must not be negative"),
    ],
)
def test_wrong_argument_is_named(label_ids, true_labels, ks, message):
    with pytest.raises(ValueError, match=message):
        ranking.ranking_measures(np.array(label_ids), true_labels, ks)


@pytest.mark.parametrize("seed", range(3))
def test_ndcg_equals_scikit_learns(seed):
    sklearn_metrics = pytest.importorskip("sklearn.metrics")
    label_ids, true_labels, _ = random_case(seed, num_labels=7, depth=7)
    dense = np.zeros((len(label_ids), 10))
    scores = np.zeros((len(label_ids), 10))
    for row, true in enumerate(true_labels):
        dense[row, true] = 1
        # What is not predicted is below, true labels after all others.
        scores[row] = -1 - dense[row]
        listed = label_ids[row][label_ids[row] >= 0]
        scores[row, listed] = 7 - np.arange(len(listed))
    full = label_ids.min(axis=1) >= 0
    for k in KS:
        values = ranking.document_values(label_ids, true_labels, (k,))
        expected = [
            sklearn_metrics.ndcg_score(d[None], s[None], k=k)
            for d, s in zip(dense[full], scores[full], strict=True)
        ]
        np.testing.assert_allclose(
            values[f"nDCG@{k}"].value[full], expected, atol=1e-12
        )


def test_r_precision_divides_by_the_true_labels_there_are():
    label_ids, true_labels, _ = random_case(0)
    matrix = ranking.to_csr(true_labels)
    hits = ranking.relevance(label_ids, matrix)
    for k in KS:
        expected = [
            len(set(predicted[:k]) & set(true)) / min(k, len(true))
            if true
            else 0.0
            for predicted, true in zip(
                label_ids.tolist(), true_labels, strict=True
            )
        ]
        np.testing.assert_allclose(
            ranking.r_precision_at_k(hits, np.diff(matrix.indptr), k), expected
        )


def test_true_label_without_a_weight_is_an_error():
    with pytest.raises(ValueError, match="2 weights, true label id 2"):
        ranking.ranking_measures(np.array([[0]]), [[2]], (1,), np.ones(2))
