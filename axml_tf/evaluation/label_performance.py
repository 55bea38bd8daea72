"""AUC and AUPR of every label: how well it ranks the documents.

Conventions:

- AUC is the share of pairs of a true and another document that are in order,
  a pair with equal scores counting one half. It is undefined (NaN) for a
  label that is true of no document, or of all.
- AUPR is the average precision `sum_n (R_n - R_(n-1)) P_n` over the distinct
  scores, which takes equal scores together and never interpolates. It is
  undefined (NaN) for a label that is true of no document.
"""

import dataclasses
import itertools
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy.sparse

from axml_tf.console.errors import UserError
from axml_tf.formats.predictions import TopK
from axml_tf.storage.files import atomic_file
from axml_tf.storage.npz_files import Expected, read_npz

# Documents that list a label, sorted at once.
_BLOCK_ENTRIES = 2_000_000

_ARRAYS = {
    "auc": Expected("f", 1),
    "aupr": Expected("f", 1),
    "is_exact": Expected("b", 0),
    "fingerprint": Expected("U", 0),
    "num_documents": Expected("i", 0),
}


@dataclasses.dataclass(frozen=True)
class LabelPerformance:
    """AUC and AUPR of every label of a data set.

    Attributes:
        auc: `(labels,)` float64, from 0 to 1; NaN where undefined.
        aupr: `(labels,)` float64, from 0 to 1; NaN where undefined.
        is_exact: whether all scores were known, not a top k only.
        fingerprint: of the data set.
        num_documents: documents that were ranked.
    """

    auc: np.ndarray
    aupr: np.ndarray
    is_exact: bool
    fingerprint: str
    num_documents: int

    def save(self, path: str | os.PathLike) -> None:
        """Writes a .npz without pickled objects."""
        with atomic_file(path) as temporary, open(temporary, "wb") as file:
            np.savez_compressed(file, **dataclasses.asdict(self))

    @classmethod
    def load(cls, path: str | os.PathLike) -> "LabelPerformance":
        """Reads a file that `save` wrote.

        Raises:
            UserError: the file is missing, damaged, or not of this kind.
        """
        if not Path(path).is_file():
            raise UserError(f"No file of label performance at {path}.")
        try:
            arrays = read_npz(path, _ARRAYS)
            shapes = [arrays[name].shape for name in ("auc", "aupr")]
            if shapes[0] != shapes[1]:
                raise ValueError(f"auc and aupr have shapes {shapes}")
        except ValueError as error:
            raise UserError(
                f"{path} is no readable file of label performance ({error}). "
                "Make it again with axml-measure-labels."
            ) from error
        return cls(
            arrays["auc"],
            arrays["aupr"],
            bool(arrays["is_exact"]),
            str(arrays["fingerprint"]),
            int(arrays["num_documents"]),
        )


def from_top_k(
    predictions: TopK,
    hits: np.ndarray,
    true_labels: scipy.sparse.csr_matrix,
    fingerprint: str,
) -> LabelPerformance:
    """AUC and AUPR from the best labels of every document.

    Assumes of the documents that do not list a label that they all tie, below
    those that list it, whatever scores these have. The larger the files' k,
    the closer the result is to that of all scores; it neither bounds it from
    above nor from below.

    Args:
        predictions: documents in the order of `true_labels`.
        hits: `(documents, k)` bool, see `ranking.relevance`.
        true_labels: `(documents, labels)`.
        fingerprint: of the data set.
    """
    num_documents, num_labels = true_labels.shape
    num_true = np.bincount(true_labels.indices, minlength=num_labels)
    auc, aupr = np.empty(num_labels), np.empty(num_labels)
    for block in _blocks(predictions.label_ids, num_labels):
        inside = predictions.label_ids >= block.start
        inside &= predictions.label_ids < block.stop
        entries = _Entries(
            predictions.label_ids[inside] - block.start,
            predictions.scores[inside],
            hits[inside],
        )
        auc[block], aupr[block] = _performance(
            entries, num_true[block], num_documents
        )
    return LabelPerformance(auc, aupr, False, fingerprint, num_documents)


def from_scores(
    blocks: Iterable[tuple[np.ndarray, np.ndarray]],
    true_labels: scipy.sparse.csr_matrix,
    fingerprint: str,
) -> LabelPerformance:
    """AUC and AUPR from the scores of all documents, a few labels at a time.

    Memory grows with a block and with the true labels, never with documents
    x labels.

    Args:
        blocks: label ids `(block,)` and their scores `(documents, block)`,
            documents in the order of `true_labels`. Labels that no block has
            (a model has no output for an unseen one) tie all documents.
        true_labels: `(documents, labels)`.
        fingerprint: of the data set.

    Raises:
        ValueError: a block does not have a score for every document, or has
            one that is no number.
    """
    num_documents = true_labels.shape[0]
    columns = true_labels.astype(bool).tocsc()
    # The number of pairs of documents leaves int32.
    num_true = np.diff(columns.indptr).astype(np.int64)
    # As if no document listed a label; blocks put the true figures there.
    nothing = _Entries(*[np.zeros(0, np.int64)] * 3)
    auc, aupr = _performance(nothing, num_true, num_documents)
    for label_ids, scores in blocks:
        if scores.shape != (num_documents, len(label_ids)):
            raise ValueError(
                "`scores` must have shape (documents, labels of the block), "
                f"{(num_documents, len(label_ids))}. Received: {scores.shape}"
            )
        if np.isnan(scores).any():
            raise ValueError("`scores` must be numbers. Received: NaN")
        width = max(1, _BLOCK_ENTRIES // num_documents)
        for start in range(0, len(label_ids), width):
            few = label_ids[start : start + width]
            entries = _Entries(
                np.tile(np.arange(len(few)), num_documents),
                scores[:, start : start + width].ravel(),
                columns[:, few].toarray().ravel(),
            )
            auc[few], aupr[few] = _performance(
                entries, num_true[few], num_documents
            )
    return LabelPerformance(auc, aupr, True, fingerprint, num_documents)


class _Entries(NamedTuple):
    """Scored pairs of a document and a label, in any order.

    Attributes:
        label_ids: `(entries,)`, the label of each.
        scores: `(entries,)`.
        hits: `(entries,)` bool, whether the label is true of the document.
    """

    label_ids: np.ndarray
    scores: np.ndarray
    hits: np.ndarray


def _blocks(label_ids: np.ndarray, num_labels: int) -> list[slice]:
    """Divides labels so that none but a frequent one has many entries."""
    listed = label_ids[label_ids >= 0]
    entries = np.cumsum(np.bincount(listed, minlength=num_labels))
    _, starts = np.unique(entries // _BLOCK_ENTRIES, return_index=True)
    bounds = [*starts.tolist(), num_labels]
    return [slice(*pair) for pair in itertools.pairwise(bounds)]


def _performance(
    entries: _Entries, num_true: np.ndarray, num_documents: int
) -> tuple[np.ndarray, np.ndarray]:
    """AUC and AUPR of labels from scored documents.

    Args:
        entries: of all these labels.
        num_true: `(labels,)`, documents each label is true of. Documents
            without an entry tie below all that have one.
        num_documents: documents, scored or not.

    Returns:
        `(labels,)` float64 each; NaN where undefined.
    """
    order = np.lexsort((-entries.scores, entries.label_ids))
    labels, scores = entries.label_ids[order], entries.scores[order]
    # Ties: entries of equal label and score, one after another.
    is_last = np.ones(len(labels), bool)
    is_last[:-1] = (labels[1:] != labels[:-1]) | (scores[1:] != scores[:-1])
    ends = np.flatnonzero(is_last)
    labels = labels[ends]
    above = np.cumsum(entries.hits[order], dtype=np.int64)[ends]
    tied = np.diff(ends, prepend=-1)
    tied_true = np.diff(above, prepend=0)
    # Counts run on over labels; what stood before a label is taken away.
    first = np.searchsorted(labels, np.arange(len(num_true)))
    rank_before = np.concatenate([[0], ends + 1])[first][labels]
    true_before = np.concatenate([[0], above])[first][labels]
    rank, above = ends + 1 - rank_before, above - true_before

    def summed(values: np.ndarray) -> np.ndarray:
        return np.bincount(labels, values, minlength=len(num_true))

    # The last tie of every label: the documents without an entry.
    listed, listed_true = summed(tied), summed(tied_true)
    rest_true = num_true - listed_true
    rest_other = num_documents - listed - rest_true
    ordered = summed((tied - tied_true) * (above - tied_true / 2))
    ordered = ordered + rest_other * (listed_true + rest_true / 2)
    precise = summed(tied_true * above / rank)
    precise = precise + rest_true * num_true / num_documents
    pairs = num_true * (num_documents - num_true)
    return (
        _divide(ordered, pairs.astype(np.float64)),
        _divide(precise, num_true.astype(np.float64)),
    )


def _divide(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    undefined = np.full(len(numerator), np.nan)
    return np.divide(
        numerator, denominator, out=undefined, where=denominator > 0
    )
