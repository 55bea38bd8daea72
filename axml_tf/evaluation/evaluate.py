"""The measures of a predictions file on a split, and the table of them.

NumPy and SciPy only: it runs where TensorFlow is not installed.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from axml_tf.console.version import __version__
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation import propensity, ranking
from axml_tf.evaluation.document_chunks import document_chunks
from axml_tf.evaluation.measurement import measure
from axml_tf.evaluation.ranking import DocumentValues
from axml_tf.evaluation.truth import Truth
from axml_tf.formats.predictions import TopK

MEASURES = ("P", "nDCG", "PSP", "PSnDCG")


def evaluate(
    predictions: TopK,
    data: PreparedData,
    split: str,
    ks: Sequence[int] = (1, 3, 5),
    *,
    propensity_a: float = propensity.DEFAULT_A,
    propensity_b: float = propensity.DEFAULT_B,
) -> dict[str, Any]:
    """Measures predictions of a split: P@k, nDCG@k, PSP@k and PSnDCG@k.

    Definitions and conventions stand in `ranking.py` and `propensity.py`.

    Args:
        predictions: one row for every document of the split, in any order.
        data: the data set.
        split: train, dev or test.
        ks: ranks to measure at.
        propensity_a: parameter A of the label propensities.
        propensity_b: parameter B of the label propensities.

    Returns:
        Report that goes into JSON; `report["measures"]` has the figures in
        percent by name (`P@1`, ...).

    Raises:
        UserError: predictions and data do not fit each other.
    """
    truth = Truth.load(data, split)
    values = measure(
        predictions,
        truth,
        ks,
        propensity_a=propensity_a,
        propensity_b=propensity_b,
    ).values
    return {
        "split": split,
        "num_documents": len(truth.document_ids),
        "num_documents_without_labels": truth.num_without_labels,
        "num_true_labels": truth.labels.nnz,
        "num_unseen_labels": truth.num_unseen_labels,
        "ks": list(ks),
        "measures": {
            name: 100 * _corpus_value(pair)
            for name, pair in values.items()
            if name.partition("@")[0] in MEASURES
        },
        "propensity_a": propensity_a,
        "propensity_b": propensity_b,
        "dataset_fingerprint": data.info.fingerprint,
        "axml_tf_version": __version__,
    }


def to_markdown(report: dict[str, Any]) -> str:
    """The figures of a report as a table, one measure a line."""
    ks, measures = report["ks"], report["measures"]
    heads = [f"{report['split']}, {report['num_documents']:,} documents, %"]
    lines = [heads + [f"@{k}" for k in ks], ["---"] + ["---:"] * len(ks)]
    for measure_name in MEASURES:
        figures = [f"{measures[f'{measure_name}@{k}']:.2f}" for k in ks]
        lines.append([measure_name, *figures])
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    notes = []
    if report["num_unseen_labels"]:
        notes.append(
            f"{report['num_unseen_labels']:,} of "
            f"{report['num_true_labels']:,} true labels were never seen in "
            "training and count as misses."
        )
    if report["num_documents_without_labels"]:
        notes.append(
            f"{report['num_documents_without_labels']:,} documents have no "
            "true label and count as 0."
        )
    return "\n\n".join([table, *notes])


def _corpus_value(values: DocumentValues) -> float:
    # Summed chunk by chunk, as in reports of earlier versions: another order
    # of summation would change the last digits.
    totals = np.zeros(2)
    for chunk in document_chunks(len(values.value)):
        totals += np.sum((values.value[chunk], values.best[chunk]), axis=1)
    return ranking.corpus_value(*totals)
