"""What is true of a split, read from a prepared data folder."""

import dataclasses
from array import array
from collections import Counter

import numpy as np
import scipy.sparse

from axml_tf.console.errors import UserError
from axml_tf.dataset.dataset_info import DATASET_FILE
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation import ranking


@dataclasses.dataclass(frozen=True)
class Truth:
    """A split and its true labels.

    Attributes:
        data: the data set.
        split: name of the split.
        document_ids: of the split, in the order of its file; unique.
        labels: CSR matrix `(documents, labels)`, unseen labels last.
        training_counts: `(labels,)` int64, training documents of each label.
    """

    data: PreparedData
    split: str
    document_ids: list[str]
    labels: scipy.sparse.csr_matrix
    training_counts: np.ndarray

    @classmethod
    def load(cls, data: PreparedData, split: str) -> "Truth":
        """Reads the true labels of a split.

        Args:
            data: the data set.
            split: train, dev or test.

        Raises:
            UserError: a file is missing or damaged, there is no such split,
                it has no document, or a document id or a label id in it is
                wrong.
        """
        expected = data.info.split(split).num_documents
        counts = np.array(data.label_counts, np.int64)
        document_ids: list[str] = []
        # All label ids, and where those of the next document start.
        label_ids, ends = array("q"), array("q", [0])
        for document_id, labels in data.true_labels(split):
            document_ids.append(document_id)
            label_ids.extend(labels)
            ends.append(len(label_ids))
        if not document_ids:
            raise UserError(f"The split {split} has no document to measure.")
        path = data.true_labels_path(split)
        _check_documents(document_ids, expected, str(path))
        indices = np.array(label_ids)
        if indices.max(initial=0) >= len(counts):
            raise UserError(
                f"{path} has label id {indices[indices >= len(counts)][0]}, "
                f"the data set has {len(counts)} labels. Prepare the data "
                "again."
            )
        ones = np.ones(len(indices), np.int64)
        matrix = scipy.sparse.csr_matrix(
            # As wide as the label list, whatever labels occur.
            (ones, indices, ends),
            shape=(len(document_ids), len(counts)),
        )
        return cls(data, split, document_ids, ranking.to_csr(matrix), counts)

    @property
    def num_without_labels(self) -> int:
        """Documents without a true label."""
        return int(np.sum(np.diff(self.labels.indptr) == 0))

    @property
    def num_unseen_labels(self) -> int:
        """True labels, over all documents, that training never saw."""
        return int(np.sum(self.labels.indices >= self.data.info.num_labels))


def _check_documents(document_ids: list[str], expected: int, path: str) -> None:
    if len(set(document_ids)) < len(document_ids):
        times = Counter(document_ids)
        repeated = [name for name, count in times.items() if count > 1]
        raise UserError(
            f"{path}: {len(repeated)} document ids stand more than once, for "
            f"example {repeated[0]!r}. Prepare the data again with unique ids."
        )
    if len(document_ids) != expected:
        raise UserError(
            f"{path} has {len(document_ids)} documents, {DATASET_FILE} says "
            f"{expected}. Prepare the data again."
        )
