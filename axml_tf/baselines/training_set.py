"""What a sparse system is trained on."""

import hashlib
import json
from typing import NamedTuple

import scipy.sparse

from axml_tf.console.errors import UserError
from axml_tf.dataset import sparse_features
from axml_tf.dataset.prepared_data import PreparedData


class TrainingSet(NamedTuple):
    """Features and labels of the training documents.

    Attributes:
        features: float32 `(documents, features)`.
        label_ids: those of each document.
        num_labels: labels; each id is below.
    """

    features: scipy.sparse.csr_matrix
    label_ids: list[list[int]]
    num_labels: int

    def fingerprint(self) -> str:
        """Hash of features and labels: 16 hexadecimal digits."""
        features = self.features
        digest = hashlib.sha256(f"{features.shape}".encode())
        for array in (features.indptr, features.indices, features.data):
            digest.update(array.tobytes())
        digest.update(json.dumps(self.label_ids).encode())
        return digest.hexdigest()[:16]


def read_training_set(data: PreparedData) -> TrainingSet:
    """Reads the training split of a prepared folder.

    Raises:
        UserError: features or labels are missing, damaged, or do not fit
            each other.
    """
    num_labels = data.info.num_labels
    label_ids = []
    for _, labels in data.true_labels("train"):
        for label in labels:
            if label >= num_labels:
                raise UserError(
                    f"{data.true_labels_path('train')} has label id {label}, "
                    f"training has {num_labels} labels. Prepare the data "
                    "again."
                )
        label_ids.append(labels)
    return TrainingSet(read_features(data, "train"), label_ids, num_labels)


def read_features(data: PreparedData, split: str) -> scipy.sparse.csr_matrix:
    """Reads the features of a split and gives every row length 1.

    Features that came with the data may have any length. Rows of length 1
    are what the settings of the systems are meant for.

    Returns:
        float32 `(documents, features)`.

    Raises:
        UserError: they are missing, damaged, or of other documents.
    """
    return sparse_features.unit_rows(sparse_features.read(data, split))
