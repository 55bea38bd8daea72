"""One system measured on one split, document by document."""

import dataclasses
import os
from collections.abc import Sequence

import numpy as np

from axml_tf.evaluation import alignment, propensity, ranking
from axml_tf.evaluation.truth import Truth
from axml_tf.formats.predictions import TopK

_CHUNK = 4096  # Documents whose hits are looked up at once.


@dataclasses.dataclass(frozen=True)
class Measurement:
    """What a system predicts for a split, and how good it is.

    Attributes:
        predictions: sound, documents in the order of the truth.
        hits: `(documents, k)` bool, which predictions are true.
        values: of every document, by measure (`P@1`, `nDCG@5`, `PSP@3`,
            `PSnDCG@3`, `RP@5`, ...).
    """

    predictions: TopK
    hits: np.ndarray
    values: dict[str, ranking.DocumentValues]


def measure(
    predictions: TopK,
    truth: Truth,
    data_dir: str | os.PathLike,
    ks: Sequence[int] = (1, 3, 5),
    propensity_a: float = propensity.DEFAULT_A,
    propensity_b: float = propensity.DEFAULT_B,
) -> Measurement:
    """Checks predictions, brings them into order and measures them.

    Args:
        predictions: one row for every document, in any order.
        truth: the split.
        data_dir: folder that `truth` was read from.
        ks: ranks to measure at.
        propensity_a: parameter A of the label propensities.
        propensity_b: parameter B of the label propensities.

    Raises:
        UserError: predictions and data do not fit each other.
    """
    ordered = in_order(predictions, truth, data_dir, max(ks))
    weights = propensity.inverse_propensities(
        truth.training_counts,
        truth.info.split("train").num_documents,
        propensity_a,
        propensity_b,
    )
    hits = find_hits(ordered.label_ids, truth)
    values = ranking.document_values(
        ordered.label_ids, truth.labels, ks, weights
    )
    num_true = np.diff(truth.labels.indptr)
    for k in ks:
        values[f"RP@{k}"] = ranking.DocumentValues(
            ranking.r_precision_at_k(hits, num_true, k), np.ones(len(hits))
        )
    return Measurement(ordered, hits, values)


def in_order(
    predictions: TopK, truth: Truth, data_dir: str | os.PathLike, depth: int
) -> TopK:
    """Sound predictions in the order of the truth.

    Args:
        predictions: one row for every document, in any order.
        truth: the split.
        data_dir: folder that `truth` was read from.
        depth: labels per document that are needed.

    Raises:
        UserError: predictions and data do not fit each other.
    """
    alignment.check_depth(predictions, depth, truth.info.num_labels)
    alignment.check_predictions(predictions, truth.info.num_labels)
    rows = alignment.match_documents(predictions, data_dir, truth.split)
    return TopK(
        predictions.document_ids[rows],
        predictions.label_ids[rows],
        predictions.scores[rows],
        predictions.made_by,
    )


def find_hits(label_ids: np.ndarray, truth: Truth) -> np.ndarray:
    """Whether each predicted label is true: `(documents, k)` bool.

    Args:
        label_ids: `(documents, k)` int, documents in the order of `truth`.
        truth: the split.
    """
    parts = [
        ranking.relevance(
            label_ids[start : start + _CHUNK],
            truth.labels[start : start + _CHUNK],
        )
        for start in range(0, len(label_ids), _CHUNK)
    ]
    return np.concatenate(parts)
