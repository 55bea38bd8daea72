"""One system measured on one split, document by document."""

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np
import scipy.sparse

from axml_tf.evaluation import alignment, propensity, ranking
from axml_tf.evaluation.document_chunks import document_chunks
from axml_tf.evaluation.ranking import DocumentValues
from axml_tf.evaluation.truth import Truth
from axml_tf.formats.predictions import TopK


@dataclasses.dataclass(frozen=True)
class Measurement:
    """What a system predicts for a split, and how good it is.

    Attributes:
        predictions: sound, documents in the order of the truth.
        truth: the split.
        values: of every document, by measure (`P@1`, `nDCG@5`, `PSP@3`,
            `PSnDCG@3`, `RP@5`, ...).
    """

    predictions: TopK
    truth: Truth
    values: dict[str, DocumentValues]

    @functools.cached_property
    def hits(self) -> np.ndarray:
        """`(documents, k)` bool, which predictions are true."""
        return find_hits(self.predictions, self.truth)


def measure(
    predictions: TopK,
    truth: Truth,
    ks: Sequence[int] = (1, 3, 5),
    *,
    propensity_a: float = propensity.DEFAULT_A,
    propensity_b: float = propensity.DEFAULT_B,
) -> Measurement:
    """Checks predictions, brings them into order and measures them.

    Memory grows with the predictions and with the true labels, never with
    documents x labels.

    Args:
        predictions: one row for every document of the split, in any order.
        truth: the split.
        ks: ranks to measure at.
        propensity_a: parameter A of the label propensities.
        propensity_b: parameter B of the label propensities.

    Raises:
        UserError: predictions and data do not fit each other.
    """
    ordered = in_order(predictions, truth, max(ks))
    weights = propensity.inverse_propensities(
        truth.training_counts,
        truth.data.info.split("train").num_documents,
        propensity_a,
        propensity_b,
    )
    parts = [
        _document_values(
            ordered.label_ids[chunk], truth.labels[chunk], ks, weights
        )
        for chunk in document_chunks(len(ordered.label_ids))
    ]
    values = {
        name: DocumentValues(
            np.concatenate([part[name].value for part in parts]),
            np.concatenate([part[name].best for part in parts]),
        )
        for name in parts[0]
    }
    return Measurement(ordered, truth, values)


def in_order(predictions: TopK, truth: Truth, depth: int) -> TopK:
    """Sound predictions in the order of the truth.

    Args:
        predictions: one row for every document of the split, in any order.
        truth: the split.
        depth: labels per document that are needed.

    Raises:
        UserError: predictions and data do not fit each other.
    """
    num_labels = truth.data.info.num_labels
    alignment.check_depth(predictions, depth, num_labels)
    alignment.check_predictions(predictions, num_labels)
    rows = alignment.match_documents(predictions, truth)
    return TopK(
        predictions.document_ids[rows],
        predictions.label_ids[rows],
        predictions.scores[rows],
        predictions.made_by,
    )


def find_hits(predictions: TopK, truth: Truth) -> np.ndarray:
    """Whether each predicted label is true: `(documents, k)` bool.

    Args:
        predictions: documents in the order of `truth`.
        truth: the split.
    """
    parts = [
        ranking.relevance(predictions.label_ids[chunk], truth.labels[chunk])
        for chunk in document_chunks(len(predictions.label_ids))
    ]
    return np.concatenate(parts)


def _document_values(
    label_ids: np.ndarray,
    true_labels: scipy.sparse.csr_matrix,
    ks: Sequence[int],
    weights: np.ndarray,
) -> dict[str, DocumentValues]:
    """Those of `ranking.document_values`, and RP@k."""
    label_ids = label_ids[:, : max(ks)]
    values = ranking.document_values(label_ids, true_labels, ks, weights)
    hits = ranking.relevance(label_ids, true_labels)
    num_true = np.diff(true_labels.indptr)
    for k in ks:
        values[f"RP@{k}"] = DocumentValues(
            ranking.r_precision_at_k(hits, num_true, k), np.ones(len(hits))
        )
    return values
