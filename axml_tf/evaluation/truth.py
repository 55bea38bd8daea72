"""What is true of a split, read from a prepared data folder."""

import dataclasses
import os
from pathlib import Path

import numpy as np
import scipy.sparse

from axml_tf.console.errors import UserError
from axml_tf.dataset import dataset_info
from axml_tf.evaluation import ranking


@dataclasses.dataclass(frozen=True)
class Truth:
    """A split and its true labels.

    Attributes:
        info: description of the data set.
        split: name of the split.
        document_ids: of the split, in the order of its file.
        labels: CSR matrix `(documents, labels)`, unseen labels last.
        training_counts: `(labels,)` int64, training documents of each label.
    """

    info: dataset_info.DatasetInfo
    split: str
    document_ids: list[str]
    labels: scipy.sparse.csr_matrix
    training_counts: np.ndarray

    @classmethod
    def load(cls, data_dir: str | os.PathLike, split: str) -> "Truth":
        """Reads the true labels of a split.

        Raises:
            UserError: a file is missing or damaged, there is no such split,
                or it has no document.
        """
        info = dataset_info.DatasetInfo.load(data_dir)
        info.split(split)  # An unknown split is told first.
        counts = label_counts(data_dir, info)
        document_ids, true_labels = [], []
        for document_id, labels in dataset_info.read_true_labels(
            data_dir, split
        ):
            document_ids.append(document_id)
            true_labels.append(labels)
        if not document_ids:
            raise UserError(f"The split {split} has no document to measure.")
        matrix = true_matrix(true_labels, len(counts), data_dir, split)
        # As wide as the label list, whatever labels occur.
        matrix.resize(len(document_ids), len(counts))
        return cls(info, split, document_ids, matrix, np.array(counts))


def label_counts(
    data_dir: str | os.PathLike, info: dataset_info.DatasetInfo
) -> list[int]:
    """Training documents of every label, unseen ones last.

    Raises:
        UserError: labels.txt is missing, damaged or not of this data set.
    """
    _, counts = dataset_info.read_labels(data_dir)
    expected = info.num_labels + info.num_unseen_labels
    if len(counts) != expected:
        raise UserError(
            f"{Path(data_dir, dataset_info.LABELS_FILE)} has {len(counts)} "
            f"labels, {dataset_info.DATASET_FILE} says {expected}. Prepare "
            "the data again."
        )
    return counts


def true_matrix(
    true_labels: list[list[int]],
    num_labels: int,
    data_dir: str | os.PathLike,
    split: str,
) -> scipy.sparse.csr_matrix:
    """True labels as `ranking.to_csr` has them.

    Args:
        true_labels: label ids of every document.
        num_labels: labels of the data set, unseen ones included.
        data_dir: where they were read; for the message.
        split: the same.

    Raises:
        UserError: a label id is out of range.
    """
    outside = [
        label
        for labels in true_labels
        for label in labels
        if not 0 <= label < num_labels
    ]
    if outside:
        raise UserError(
            f"{dataset_info.true_labels_path(data_dir, split)} has label id "
            f"{outside[0]}, the data set has {num_labels} labels. Prepare "
            "the data again."
        )
    return ranking.to_csr(true_labels)
