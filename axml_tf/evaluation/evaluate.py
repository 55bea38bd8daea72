"""Measures predictions against the true labels of a split.

    axml-evaluate --predictions=FILE.npz \\
        --data_dir=DIR --split=test
    axml-evaluate --predictions A.npz B.npz C.npz \\
        --combine=sum --data_dir=DIR --split=test

The second measures an ensemble: the mean of what several models say.

Prints a Markdown table in percent and writes the same figures as JSON.
Memory grows with the predictions file, never with documents x labels.
"""

import itertools
import os
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from axml_tf.console.errors import UserError
from axml_tf.console.version import __version__
from axml_tf.dataset import dataset_info
from axml_tf.evaluation import (
    alignment,
    propensity,
    ranking,
    truth,
)
from axml_tf.formats.predictions import TopK

_CHUNK = 4096  # Documents measured at once.


def evaluate(
    predictions: TopK,
    data_dir: str | os.PathLike,
    split: str,
    ks: Sequence[int] = (1, 3, 5),
    propensity_a: float = propensity.DEFAULT_A,
    propensity_b: float = propensity.DEFAULT_B,
) -> dict:
    """Measures predictions of a split: P@k, nDCG@k, PSP@k and PSnDCG@k.

    Definitions and conventions stand in `ranking.py` and `propensity.py`.

    Args:
        predictions: one row for every document of the split, in any order.
        data_dir: prepared data set.
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
    info = dataset_info.DatasetInfo.load(data_dir)
    info.split(split)  # An unknown split is told first.
    alignment.check_depth(predictions, max(ks), info.num_labels)
    alignment.check_predictions(predictions, info.num_labels)
    rows = alignment.match_documents(predictions, data_dir, split)
    if not rows.size:
        raise UserError(f"The split {split} has no document to measure.")
    weights = propensity.inverse_propensities(
        truth.label_counts(data_dir, info),
        info.split("train").num_documents,
        propensity_a,
        propensity_b,
    )
    sums, tally = _measure(
        predictions, rows, data_dir, split, info.num_labels, ks, weights
    )
    return {
        "split": split,
        "num_documents": len(rows),
        "num_documents_without_labels": tally["no_label"],
        "num_true_labels": tally["true"],
        "num_unseen_labels": tally["unseen"],
        "ks": list(ks),
        "measures": {
            name: 100 * ranking.corpus_value(*pair)
            for name, pair in sums.items()
        },
        "propensity_a": propensity_a,
        "propensity_b": propensity_b,
        "dataset_fingerprint": info.fingerprint,
        "axml_tf_version": __version__,
    }


def to_markdown(report: dict) -> str:
    """The figures of a report as a table, one measure a line."""
    ks, measures = report["ks"], report["measures"]
    heads = [f"{report['split']}, {report['num_documents']:,} documents, %"]
    lines = [heads + [f"@{k}" for k in ks], ["---"] + ["---:"] * len(ks)]
    for measure in ("P", "nDCG", "PSP", "PSnDCG"):
        figures = [f"{measures[f'{measure}@{k}']:.2f}" for k in ks]
        lines.append([measure, *figures])
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


def _measure(
    predictions: TopK,
    rows: np.ndarray,
    data_dir: str | os.PathLike,
    split: str,
    num_seen: int,
    ks: Sequence[int],
    weights: np.ndarray,
) -> tuple[dict[str, np.ndarray], Counter]:
    """Sums of value and best of every measure; counts of what was met."""
    sums, tally = {}, Counter()
    for start, true_labels in _chunks(data_dir, split):
        chunk_rows = rows[start : start + len(true_labels)]
        matrix = truth.true_matrix(true_labels, len(weights), data_dir, split)
        values = ranking.document_values(
            predictions.label_ids[chunk_rows], matrix, ks, weights
        )
        for name, value in values.items():
            sums[name] = sums.get(name, 0.0) + np.sum(value, axis=1)
        tally["no_label"] += int(np.sum(np.diff(matrix.indptr) == 0))
        tally["true"] += matrix.nnz
        tally["unseen"] += int(np.sum(matrix.indices >= num_seen))
    return sums, tally


def _chunks(
    data_dir: str | os.PathLike, split: str
) -> Iterator[tuple[int, list[list[int]]]]:
    documents = dataset_info.read_true_labels(data_dir, split)
    for start in itertools.count(step=_CHUNK):
        chunk = list(itertools.islice(documents, _CHUNK))
        if not chunk:
            return
        yield start, [labels for _, labels in chunk]
