"""Which prediction belongs to which document, and whether it is sound."""

from collections import Counter

import numpy as np

from axml_tf.console.errors import UserError
from axml_tf.evaluation.truth import Truth
from axml_tf.formats.predictions import TopK


def match_documents(predictions: TopK, truth: Truth) -> np.ndarray:
    """Rows of the predictions in the order of the truth.

    Args:
        predictions: one row for every document of the split, in any order.
        truth: the split.

    Returns:
        `(documents,)` int64.

    Raises:
        UserError: a document has no prediction or several, or a prediction
            belongs to no document.
    """
    predicted = predictions.document_ids.tolist()
    if not predicted:
        raise UserError(
            f"The predictions hold no document, {truth.split} has "
            f"{len(truth.document_ids)}: predict the whole split."
        )
    row_of = {name: row for row, name in enumerate(predicted)}
    if len(row_of) < len(predicted):
        example = Counter(predicted).most_common(1)[0][0]
        raise UserError(
            f"{len(predicted) - len(row_of)} predictions repeat a document, "
            f"for example {example!r}: every document may be predicted once "
            "only."
        )
    missing = [name for name in truth.document_ids if name not in row_of]
    if missing:
        raise UserError(
            f"{len(missing)} of {len(truth.document_ids)} documents of "
            f"{truth.split} have no prediction, for example {missing[0]!r}: "
            "predict the whole split."
        )
    rows = np.array([row_of[name] for name in truth.document_ids], np.int64)
    if len(rows) < len(predicted):
        # Ids of the truth are unique: what no document takes is left.
        surplus = np.setdiff1d(np.arange(len(predicted)), rows)
        raise UserError(
            f"{len(surplus)} of {len(predicted)} predictions belong to no "
            f"document of {truth.split}, for example "
            f"{predicted[surplus[0]]!r}: are they of another split or data "
            "set?"
        )
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
