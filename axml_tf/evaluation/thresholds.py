"""F1 at a threshold: which scores are high enough to assign a label.

The threshold is picked on the dev split, where it makes F1 greatest, and
applied to another. Conventions:

- A label is assigned where its score is at least the threshold. A label that
  a predictions file does not list is not assigned.
- Micro-F1 is that of all pairs of document and label together.
- Macro-F1 is the mean over the labels that are true of a document of the
  measured split; a label of which none is assigned counts as 0.
"""

import dataclasses

import numpy as np
import scipy.sparse

from axml_tf.formats.predictions import TopK


@dataclasses.dataclass(frozen=True)
class Threshold:
    """A score, and the F1 that it reaches.

    Attributes:
        score: least score at which a label is assigned.
        f1: from 0 to 1.
    """

    score: float
    f1: float


def best_micro(
    predictions: TopK,
    hits: np.ndarray,
    true_labels: scipy.sparse.csr_matrix,
) -> Threshold:
    """The threshold of the greatest micro-F1, of all scores there are.

    Of equally good thresholds the highest is taken.

    Args:
        predictions: documents in the order of `true_labels`.
        hits: `(documents, k)` bool, see `ranking.relevance`.
        true_labels: `(documents, labels)`.
    """
    scores, hits, _ = _listed(predictions, hits)
    order = np.argsort(-scores, kind="stable")
    true = np.cumsum(hits[order])
    assigned = np.arange(1, len(order) + 1)
    return _best(scores[order], 2 * true / (assigned + true_labels.nnz))


def best_macro(
    predictions: TopK,
    hits: np.ndarray,
    true_labels: scipy.sparse.csr_matrix,
) -> Threshold:
    """The threshold of the greatest macro-F1; else as `best_micro`."""
    scores, hits, labels = _listed(predictions, hits)
    num_true = _num_true(true_labels)
    order = np.lexsort((-scores, labels))
    scores, hits, labels = scores[order], hits[order], labels[order]
    # F1 of an entry's label once all labels of at least its score are
    # assigned. Assigning one more changes the F1 of its own label only.
    firsts = np.searchsorted(labels, np.arange(len(num_true)))[labels]
    true_before = np.concatenate([[0], np.cumsum(hits)])
    true = true_before[1:] - true_before[firsts]
    assigned = np.arange(1, len(labels) + 1) - firsts
    f1 = _f1(true, assigned, num_true[labels])
    gained = np.diff(f1, prepend=0.0)
    is_first = firsts == np.arange(len(labels))
    gained[is_first] = f1[is_first]
    order = np.argsort(-scores, kind="stable")
    num_occurring = max(np.count_nonzero(num_true), 1)
    return _best(scores[order], np.cumsum(gained[order]) / num_occurring)


def micro_f1(
    predictions: TopK,
    hits: np.ndarray,
    true_labels: scipy.sparse.csr_matrix,
    threshold: float,
) -> float:
    """Micro-F1 of the labels whose score is at least `threshold`.

    Other arguments as for `best_micro`; 0 where there is nothing to find and
    nothing is assigned.
    """
    scores, hits, _ = _listed(predictions, hits)
    assigned = scores >= threshold
    true = np.count_nonzero(hits & assigned)
    total = np.count_nonzero(assigned) + true_labels.nnz
    return 2 * true / total if total else 0.0


def macro_f1(
    predictions: TopK,
    hits: np.ndarray,
    true_labels: scipy.sparse.csr_matrix,
    threshold: float,
) -> float:
    """Macro-F1 of the labels whose score is at least `threshold`.

    Other arguments as for `best_micro`; 0 where no label occurs.
    """
    scores, hits, labels = _listed(predictions, hits)
    num_true = _num_true(true_labels)
    chosen = scores >= threshold
    assigned = np.bincount(labels[chosen], minlength=len(num_true))
    true = np.bincount(labels[chosen & hits], minlength=len(num_true))
    occurring = num_true > 0
    if not occurring.any():
        return 0.0
    return float(_f1(true, assigned, num_true)[occurring].mean())


def _listed(
    predictions: TopK, hits: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, hits and labels of all entries that are no filler."""
    listed = predictions.label_ids >= 0
    return (
        predictions.scores[listed],
        hits[listed],
        predictions.label_ids[listed],
    )


def _num_true(true_labels: scipy.sparse.csr_matrix) -> np.ndarray:
    return np.bincount(true_labels.indices, minlength=true_labels.shape[1])


def _f1(
    true: np.ndarray, assigned: np.ndarray, num_true: np.ndarray
) -> np.ndarray:
    """F1 of labels that occur; 0 for one that does not."""
    total = np.where(num_true > 0, assigned + num_true, 1)
    return np.where(num_true > 0, 2 * true / total, 0.0)


def _best(scores: np.ndarray, f1: np.ndarray) -> Threshold:
    """The best place to cut a descending list, equal scores kept together."""
    if not scores.size:
        return Threshold(float("inf"), 0.0)
    ends = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))
    # Macro-F1 is a running sum: what differs by its rounding only is equal.
    best = ends[np.argmax(np.round(f1[ends], 12))]
    return Threshold(float(scores[best]), float(f1[best]))
