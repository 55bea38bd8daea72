"""AUC and AUPR of every label, from all scores of a trained model.

    axml-measure-labels --model_dir=MODEL --data_dir=DATA \\
        --split=test --output=FILE.npz

A predictions file knows the best labels of a document only. For Table 6 of
the paper as it is meant, the report takes this file as well:
`--label_performance=NAME=FILE.npz`. While it works, the scores of all labels
stand on disk beside the output, 4 bytes for each label of each document.
"""

import os
import tempfile
from collections.abc import Iterator

from axml_tf.console import errors, quiet_start  # noqa: F401  # isort: skip

import numpy as np

from axml_tf.evaluation import label_performance
from axml_tf.evaluation.label_performance import LabelPerformance
from axml_tf.evaluation.truth import Truth
from axml_tf.prediction.top_k import predict_all_labels

# Scores in memory at once.
_BLOCK = 1 << 26


def measure_labels(
    model_dir: str | os.PathLike,
    data_dir: str | os.PathLike,
    split: str,
    batch_size: int,
    work_dir: str | os.PathLike,
) -> LabelPerformance:
    """Predicts all labels of a split, and measures each over documents.

    Args:
        model_dir: folder that axml-train filled.
        data_dir: folder of the data the model was trained on.
        split: name of the split.
        batch_size: documents per step.
        work_dir: where the scores stand for a while.

    Raises:
        UserError: model or data are missing, damaged, or do not fit each
            other.
    """
    truth = Truth.load(data_dir, split)
    rows = {name: row for row, name in enumerate(truth.document_ids)}
    num_labels = truth.info.num_labels
    with tempfile.TemporaryFile(dir=work_dir) as file:
        scores = np.memmap(
            file, np.float32, "w+", shape=(len(rows), num_labels)
        )
        for names, values in predict_all_labels(
            model_dir, data_dir, split, batch_size
        ):
            scores[[rows[name] for name in names]] = values
        return label_performance.from_scores(
            _blocks(scores), truth.labels, truth.info.fingerprint
        )


def _blocks(scores: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    num_documents, num_labels = scores.shape
    width = max(1, _BLOCK // num_documents)
    for start in range(0, num_labels, width):
        label_ids = np.arange(start, min(start + width, num_labels))
        yield label_ids, np.array(scores[:, start : start + width])
