"""Writes the true labels of a split, and counts them."""

import os

from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.xmc_sparse import SparseDocument


class TrueLabelsWriter:
    """Writes SPLIT.labels.txt, a line for each document.

    A context manager; the file is complete when it is left.

    Args:
        path: of the file, see `axml_tf/dataset/dataset_info.py`.
        num_seen_labels: label ids from there on are unseen in training.

    Attributes:
        num_documents: documents written.
        num_labels: labels given, summed over documents.
        num_without_labels: documents that have no label.
        num_unseen_labels: labels given, summed over documents, that are
            unseen in training.
        unseen_labels: ids of these, each once.
    """

    def __init__(self, path: str | os.PathLike, num_seen_labels: int):
        self.num_documents = 0
        self.num_labels = 0
        self.num_without_labels = 0
        self.num_unseen_labels = 0
        self.unseen_labels: set[int] = set()
        self._num_seen_labels = num_seen_labels
        self._file = open(  # noqa: SIM115
            path, "w", encoding="utf-8", newline="\n"
        )

    def __enter__(self) -> "TrueLabelsWriter":
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def write(
        self, document: Document | SparseDocument, label_ids: list[int]
    ) -> None:
        """Writes the labels of one document.

        Args:
            document: whose id is written.
            label_ids: ids of its labels, ascending.
        """
        ids = " ".join(map(str, label_ids))
        self._file.write(f"{document.id}\t{ids}\n")
        unseen = [i for i in label_ids if i >= self._num_seen_labels]
        self.num_documents += 1
        self.num_labels += len(label_ids)
        self.num_without_labels += not label_ids
        self.num_unseen_labels += len(unseen)
        self.unseen_labels.update(unseen)
