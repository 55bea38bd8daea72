"""Which prediction belongs to which document, and whether it is sound."""

import os
from collections.abc import Iterable

import numpy as np

from axml_tf.console.errors import UserError
from axml_tf.dataset import dataset_info
from axml_tf.formats.predictions import TopK


def match_documents(
    predictions: TopK, data_dir: str | os.PathLike, split: str
) -> np.ndarray:
    """Rows of the predictions in the order of the split's true labels.

    Args:
        predictions: predictions of all documents of the split, in any order.
        data_dir: prepared data set.
        split: train, dev or test.

    Returns:
        `(documents,)` int64.

    Raises:
        UserError: a document has no prediction or several, a prediction
            belongs to no document, or the true labels are not whole.
    """
    info = dataset_info.DatasetInfo.load(data_dir)
    expected = info.split(split).num_documents
    if not len(predictions.document_ids) and expected:
        raise UserError(
            f"The predictions hold no document, {split} has {expected}: "
            "predict the whole split."
        )
    row_of = {}
    for row, document_id in enumerate(predictions.document_ids.tolist()):
        row_of.setdefault(document_id, row)
    repeats = len(predictions.document_ids) - len(row_of)
    if repeats:
        example = _first_repeat(predictions.document_ids.tolist())
        raise UserError(
            f"{repeats} predictions repeat a document, for example "
            f"{example!r}: every document may be predicted once only."
        )
    rows, missing, first_missing = [], 0, None
    for document_id, _ in dataset_info.read_true_labels(data_dir, split):
        row = row_of.get(document_id)
        if row is None:
            missing += 1
            first_missing = first_missing or document_id
        else:
            rows.append(row)
    if missing:
        raise UserError(
            f"{missing} of {missing + len(rows)} documents of {split} have no "
            f"prediction, for example {first_missing!r}: predict the whole "
            "split."
        )
    rows = np.array(rows, np.int64)
    _check_matched(predictions, rows, data_dir, split, expected)
    return rows


def check_predictions(predictions: TopK, num_labels: int) -> None:
    """Checks that every row is a ranking of labels of the data set.

    Args:
        predictions: what is to be evaluated.
        num_labels: labels that can be predicted.

    Raises:
        UserError: a label id is out of range or stands twice in a row, a
            filler stands before a label, or scores do not descend.
    """
    ids, scores = predictions.label_ids, predictions.scores
    if not np.issubdtype(ids.dtype, np.integer):
        raise UserError(
            f"Predicted label ids must be integers; found {ids.dtype}."
        )
    filled = ids >= 0
    ordered = np.sort(ids, axis=1)
    faults = {
        f"a label id that is not -1 to {num_labels - 1}: the data set has "
        f"{num_labels} labels; were they made from another one?": (
            (ids < -1) | (ids >= num_labels)
        ),
        "the same label twice: each label may stand once.": (
            (ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)
        ),
        "-1 before a label: fillers must stand last.": (
            filled[:, 1:] & ~filled[:, :-1]
        ),
        "a score that is not a number.": filled & np.isnan(scores),
        "scores that ascend: the best label must stand first.": (
            filled[:, 1:] & (scores[:, 1:] > scores[:, :-1])
        ),
    }
    for fault, found in faults.items():
        rows = np.flatnonzero(found.any(axis=1))
        if rows.size:
            example = str(predictions.document_ids[rows[0]])
            raise UserError(
                f"{rows.size} predictions (document {example!r} for one) have "
                f"{fault}"
            )


def check_depth(predictions: TopK, k: int, num_labels: int) -> None:
    """Checks that there are labels enough to measure at rank `k`.

    Args:
        predictions: what is to be evaluated.
        k: the last rank that is measured.
        num_labels: labels that can be predicted.

    Raises:
        UserError: a row holds fewer labels than `k` and than there are.
    """
    depth = predictions.label_ids.shape[1]
    # A file with all labels there are is complete, however few they are.
    if depth < min(k, num_labels):
        raise UserError(
            f"The predictions hold {depth} labels per document, measures at "
            f"{k} need {min(k, num_labels)}: predict again with a larger "
            "--top_k."
        )


def _check_matched(
    predictions: TopK,
    rows: np.ndarray,
    data_dir: str | os.PathLike,
    split: str,
    expected: int,
) -> None:
    times = np.bincount(rows, minlength=len(predictions.document_ids))
    path = dataset_info.true_labels_path(data_dir, split)
    if (times > 1).any():
        example = predictions.document_ids[np.argmax(times > 1)]
        raise UserError(
            f"{path}: {np.sum(times > 1)} document ids stand more than once, "
            f"for example {str(example)!r}. Prepare the data again with "
            "unique ids."
        )
    if len(rows) != expected:
        raise UserError(
            f"{path} has {len(rows)} documents, {dataset_info.DATASET_FILE} "
            f"says {expected}. Prepare the data again."
        )
    if (times == 0).any():
        example = predictions.document_ids[np.argmin(times)]
        raise UserError(
            f"{np.sum(times == 0)} of {len(times)} predictions belong to no "
            f"document of {split}, for example {str(example)!r}: are they of "
            "another split or data set?"
        )


def _first_repeat(values: Iterable[str]) -> str | None:
    seen = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None
