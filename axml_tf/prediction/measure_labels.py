"""AUC and AUPR of every label, from all scores of a trained model.

A predictions file knows the best labels of a document only; here all of them
are ranked, for Table 6 of the paper as it is meant.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation import label_performance
from axml_tf.evaluation.label_performance import LabelPerformance
from axml_tf.evaluation.truth import Truth
from axml_tf.prediction.top_k import predict_all_labels
from axml_tf.runs.trained_model import TrainedModel

# Scores in memory at once.
_BLOCK = 1 << 26


def measure_labels(
    model: TrainedModel,
    data: PreparedData,
    split: str,
    *,
    batch_size: int = 40,
    work_dir: Path,
) -> LabelPerformance:
    """Predicts all labels of a split, and measures each over documents.

    Args:
        model: predicts.
        data: that it was trained on.
        split: name of the split.
        batch_size: documents per step.
        work_dir: where the scores of all labels stand for a while, 4 bytes
            for each label of each document.

    Raises:
        UserError: the data are missing, damaged, or not those of the model;
            or their records are of other documents than their true labels.
    """
    truth = Truth.load(data, split)
    rows = {name: row for row, name in enumerate(truth.document_ids)}
    shape = (len(rows), data.info.num_labels)
    with tempfile.TemporaryFile(dir=work_dir) as file:
        scores = np.memmap(file, np.float32, "w+", shape=shape)
        for names, values in predict_all_labels(
            model, data, split, batch_size=batch_size
        ):
            try:
                places = [rows.pop(name) for name in names]
            except KeyError as error:
                raise UserError(
                    f"{data.true_labels_path(split)} does not have document "
                    f"{error}, or the records have it twice. Prepare the data "
                    "again."
                ) from error
            scores[places] = values
        return label_performance.from_scores(
            _blocks(scores), truth.labels, data.info.fingerprint
        )


def _blocks(scores: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    num_documents, num_labels = scores.shape
    width = max(1, _BLOCK // num_documents)
    for start in range(0, num_labels, width):
        label_ids = np.arange(start, min(start + width, num_labels))
        yield label_ids, np.array(scores[:, start : start + width])
