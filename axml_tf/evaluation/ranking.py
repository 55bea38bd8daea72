"""Ranking measures: one value per document first, the corpus last.

Conventions of every measure here:

- Ranks are taken as they come. Ties are broken where the top k are chosen:
  the lowest label id stands first.
- A document without a true label has the value 0 and is counted.
- Fewer than k predictions (label id -1, or fewer than k columns): what is
  missing is a miss, P@k still divides by k.
- A true label that cannot be predicted, since training never saw it, is a
  miss; it counts in the ideal of nDCG, PSP and PSnDCG.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import scipy.sparse

TrueLabels: TypeAlias = scipy.sparse.csr_matrix | Sequence[Sequence[int]]


class DocumentValues(NamedTuple):
    """One measure of every document; the corpus has `sum(value) / sum(best)`.

    Attributes:
        value: `(documents,)`, what the predictions reach.
        best: `(documents,)`, what they are measured by: 1 for P@k and
            nDCG@k, so that the corpus has their mean; for PSP@k and
            PSnDCG@k what a perfect ranking reaches.
    """

    value: np.ndarray
    best: np.ndarray


def ranking_measures(
    label_ids: np.ndarray,
    true_labels: TrueLabels,
    ks: Sequence[int] = (1, 3, 5),
    inverse_propensities: np.ndarray | None = None,
) -> dict[str, float]:
    """P@k and nDCG@k of a corpus; PSP@k and PSnDCG@k if weights are given.

    Arguments as for `document_values`.

    Returns:
        Dictionary of `P@1`, `nDCG@1` and so on, values from 0 to 1.
    """
    values = document_values(label_ids, true_labels, ks, inverse_propensities)
    return {
        name: corpus_value(value.sum(), best.sum())
        for name, (value, best) in values.items()
    }


def corpus_value(value_sum: float, best_sum: float) -> float:
    """One measure of the corpus; 0 where no document has a true label."""
    return float(value_sum / best_sum) if best_sum else 0.0


def document_values(
    label_ids: np.ndarray,
    true_labels: TrueLabels,
    ks: Sequence[int] = (1, 3, 5),
    inverse_propensities: np.ndarray | None = None,
) -> dict[str, DocumentValues]:
    """The measures of every document.

    Args:
        label_ids: `(documents, k)` int, predicted labels, best first; -1
            fills a row that has fewer.
        true_labels: CSR matrix `(documents, labels)` whose non-zero entries
            are the true labels, or a sequence of label ids per document.
        ks: ranks to measure at.
        inverse_propensities: `(labels,)` weights, see `propensity.py`; None
            skips the propensity-scored measures.

    Returns:
        Dictionary of `DocumentValues` by name (`P@1`, `nDCG@5`, ...).
    """
    true_labels = to_csr(true_labels)
    label_ids = np.asarray(label_ids)
    _check_arguments(label_ids, true_labels, ks)
    label_ids = label_ids[:, : max(ks)]
    hits = relevance(label_ids, true_labels)
    num_true = np.diff(true_labels.indptr)
    ones = np.ones(len(label_ids))
    values = {}
    for k in ks:
        values[f"P@{k}"] = DocumentValues(precision_at_k(hits, k), ones)
        values[f"nDCG@{k}"] = DocumentValues(ndcg_at_k(hits, num_true, k), ones)
    if inverse_propensities is not None:
        weights = np.asarray(inverse_propensities, np.float64)
        gains = hits * _weights_of(label_ids, hits, weights)
        best = ideal_gains(true_labels, weights, max(ks))
        for k in ks:
            values[f"PSP@{k}"] = DocumentValues(
                precision_at_k(gains, k), precision_at_k(best, k)
            )
            values[f"PSnDCG@{k}"] = DocumentValues(
                ndcg_at_k(gains, num_true, k), ndcg_at_k(best, num_true, k)
            )
    return values


def precision_at_k(gains: np.ndarray, k: int) -> np.ndarray:
    """P@k of every document (eq. 7): `1/k sum_{l <= k} gains[l]`.

    Args:
        gains: `(documents, ranks)`, 0 for a miss; for a hit 1, or its
            inverse propensity, which makes it the propensity-scored P@k.
        k: int.

    Returns:
        `(documents,)` float64.
    """
    return gains[:, :k].sum(axis=1, dtype=np.float64) / k


def r_precision_at_k(
    gains: np.ndarray, num_true: np.ndarray, k: int
) -> np.ndarray:
    """RP@k of every document: its P@k by the best P@k it can have.

    `sum_{l <= k} gains[l] / min(k, num_true)`.

    Args:
        gains: `(documents, ranks)`, 1 for a hit, 0 for a miss.
        num_true: `(documents,)` int, true labels of each document.
        k: int.

    Returns:
        `(documents,)` float64, 0 for a document without a true label.

    Reference:
     - [Chalkidis et al., 2019](https://arxiv.org/abs/1906.02192), section 4
    """
    reached = gains[:, :k].sum(axis=1, dtype=np.float64)
    return reached / np.clip(num_true, 1, k)


def ndcg_at_k(gains: np.ndarray, num_true: np.ndarray, k: int) -> np.ndarray:
    """nDCG@k of every document (eq. 8); the base of the logarithm cancels.

    `sum_{l <= k} gains[l] / log(l + 1)`, divided by
    `sum_{l <= min(k, num_true)} 1 / log(l + 1)`.

    Args:
        gains: `(documents, ranks)`, 0 for a miss; for a hit 1, or its
            inverse propensity, which makes it the propensity-scored nDCG@k.
        num_true: `(documents,)` int, true labels of each document.
        k: int.

    Returns:
        `(documents,)` float64, 0 for a document without a true label.
    """
    discounts = 1.0 / np.log2(np.arange(k) + 2.0)
    gained = gains[:, :k] @ discounts[: gains.shape[1]]
    ideal = np.concatenate([[0.0], np.cumsum(discounts)])
    ideal = ideal[np.minimum(num_true, k)]
    return np.divide(gained, ideal, out=np.zeros(len(gains)), where=ideal > 0)


def relevance(
    label_ids: np.ndarray, true_labels: scipy.sparse.csr_matrix
) -> np.ndarray:
    """Whether each predicted label is true: `(documents, k)` bool.

    Args:
        label_ids: `(documents, k)` int; -1 is never true.
        true_labels: what `to_csr` returns.
    """
    # One number per pair of document and label; never a dense matrix.
    num_documents = len(label_ids)
    width = max(true_labels.shape[1], 1 + int(label_ids.max(initial=0)))
    documents = np.arange(num_documents, dtype=np.int64) * width
    true_pairs = np.repeat(documents, np.diff(true_labels.indptr))
    true_pairs += true_labels.indices
    pairs = documents[:, np.newaxis] + label_ids
    return np.isin(pairs, true_pairs) & (label_ids >= 0)


def ideal_gains(
    true_labels: scipy.sparse.csr_matrix, weights: np.ndarray, k: int
) -> np.ndarray:
    """Gains of the best ranking: the k largest weights of the true labels.

    Args:
        true_labels: what `to_csr` returns.
        weights: `(labels,)`.
        k: int.

    Returns:
        `(documents, k)` float64, descending; 0 fills a row.
    """
    num_documents = true_labels.shape[0]
    indptr, labels = true_labels.indptr, true_labels.indices
    if labels.size and labels.max() >= len(weights):
        raise ValueError(
            "Every true label must have a weight. Received: "
            f"{len(weights)} weights, true label id {labels.max()}"
        )
    documents = np.repeat(np.arange(num_documents), np.diff(indptr))
    gains = weights[labels]
    order = np.lexsort((-gains, documents))
    ranks = np.arange(len(labels)) - indptr[documents]
    kept = ranks < k
    best = np.zeros((num_documents, k))
    best[documents[kept], ranks[kept]] = gains[order][kept]
    return best


def to_csr(true_labels: TrueLabels) -> scipy.sparse.csr_matrix:
    """True labels as a CSR matrix without repeats or explicit zeros.

    Args:
        true_labels: sparse matrix `(documents, labels)`, or a sequence of
            label ids per document.
    """
    if scipy.sparse.issparse(true_labels):
        matrix = scipy.sparse.csr_matrix(true_labels, copy=True)
        matrix.eliminate_zeros()
    else:
        lengths = np.array([len(labels) for labels in true_labels], np.int64)
        indices = np.fromiter(
            itertools.chain.from_iterable(true_labels),
            np.int64,
            lengths.sum(),
        )
        if indices.size and indices.min() < 0:
            raise ValueError(
                "True label ids must not be negative. "
                f"Received: {indices.min()}"
            )
        matrix = scipy.sparse.csr_matrix(
            (
                np.ones(len(indices), np.int64),
                indices,
                np.concatenate([[0], np.cumsum(lengths)]),
            ),
            shape=(len(lengths), 1 + indices.max(initial=0)),
        )
    matrix.sum_duplicates()
    return matrix


def _check_arguments(
    label_ids: np.ndarray,
    true_labels: scipy.sparse.csr_matrix,
    ks: Sequence[int],
) -> None:
    if not ks or min(ks) < 1:
        raise ValueError(f"`ks` must be positive integers. Received: ks={ks}")
    if label_ids.ndim != 2 or len(label_ids) != true_labels.shape[0]:
        raise ValueError(
            "`label_ids` must have shape (documents, k), with as many rows as "
            f"`true_labels`. Received: label_ids.shape={label_ids.shape}, "
            f"rows of true_labels={true_labels.shape[0]}"
        )
    if not len(label_ids):
        raise ValueError(
            "There must be a document to measure. "
            f"Received: label_ids.shape={label_ids.shape}"
        )


def _weights_of(
    label_ids: np.ndarray, hits: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    # Only a hit's weight is used; a miss may have an id beyond the weights.
    return np.take(weights, np.where(hits, label_ids, 0), mode="clip")
