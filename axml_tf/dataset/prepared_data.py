"""One prepared folder, and all that is known of it."""

import functools
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from axml_tf.console.errors import UserError
from axml_tf.dataset import label_files
from axml_tf.dataset.dataset_info import (
    DATASET_FILE,
    EMBEDDINGS_FILE,
    LABELS_FILE,
    VOCABULARY_FILE,
    DatasetInfo,
)


class PreparedData:
    """A folder that axml-prepare made; needs no TensorFlow.

    What is read of it is read once. `dataset_info.py` says what stands in it.

    Args:
        folder: its path.

    Attributes:
        folder: the same.
        info: its description, from dataset.json.

    Raises:
        UserError: dataset.json is missing, damaged or of another version.
    """

    def __init__(self, folder: str | os.PathLike):
        self.folder = Path(folder)
        self.info = DatasetInfo.load(folder)

    def __repr__(self) -> str:
        splits = ", ".join(
            f"{name} {split.num_documents:,}"
            for name, split in self.info.splits.items()
        )
        return (
            f"PreparedData({str(self.folder)!r}: {splits} documents, "
            f"{self.info.num_labels:,} labels)"
        )

    @property
    def vocabulary_path(self) -> Path:
        """Path of vocab.txt."""
        return self.folder / VOCABULARY_FILE

    @property
    def embeddings_path(self) -> Path:
        """Path of embeddings.npy, which there may be."""
        return self.folder / EMBEDDINGS_FILE

    def true_labels_path(self, split: str) -> Path:
        """Path of the true labels of a split."""
        return true_labels_path(self.folder, split)

    @property
    def label_names(self) -> list[str]:
        """Names of the labels seen in training, by id.

        Raises:
            UserError: labels.txt is missing, damaged or not of these data.
        """
        return self.all_label_names[: self.info.num_labels]

    @property
    def all_label_names(self) -> list[str]:
        """Names of all labels, those not seen in training last.

        Raises:
            UserError: as of `label_names`.
        """
        return self._labels[0]

    @property
    def label_counts(self) -> list[int]:
        """Training documents of every label, unseen ones last.

        Raises:
            UserError: as of `label_names`.
        """
        return self._labels[1]

    def true_labels(self, split: str) -> Iterator[tuple[str, list[int]]]:
        """Yields document id and label ids of every document of a split.

        Raises:
            UserError: the file is missing or damaged.
        """
        return label_files.read_true_labels(self.true_labels_path(split))

    @functools.cached_property
    def labels_hash(self) -> str:
        """Hash of labels.txt, which says what a label id means.

        16 hexadecimal digits; other names, another order or other counts
        give others.

        Raises:
            UserError: the file is missing.
        """
        return _hash(self.folder / LABELS_FILE)

    def identity(self) -> dict[str, int | str]:
        """What must be the same wherever a trained model is used.

        The one fingerprint in dataset.json says only that two data sets
        differ; the parts say in what. They are worked out from the files as
        these are now: a folder of any age has them, and a file that was
        changed later is found out.

        Returns:
            Hashes of `vocab.txt` and `labels.txt`, numbers of `max_length`
            and `tokenizer_version`, and the fingerprint that was made of
            these four when the data were prepared.

        Raises:
            UserError: one of the files is missing.
        """
        return {
            VOCABULARY_FILE: _hash(self.vocabulary_path),
            LABELS_FILE: self.labels_hash,
            "max_length": self.info.max_length,
            "tokenizer_version": self.info.tokenizer_version,
            "fingerprint": self.info.fingerprint,
        }

    def training_identity(self) -> dict[str, int | str]:
        """What must be the same where a training resumes: records as well.

        Of the records these are the numbers that dataset.json has of the
        training split: other documents of the same numbers are not told
        apart.

        Raises:
            UserError: as of `identity`.
        """
        train = self.info.split("train")
        return {
            **self.identity(),
            "train_documents": train.num_documents,
            "train_words": train.num_words,
            "train_labels": train.num_labels,
            # Other shards give another order of documents.
            "train_shards": len(train.shards),
        }

    @functools.cached_property
    def _labels(self) -> tuple[list[str], list[int]]:
        path = self.folder / LABELS_FILE
        names, counts = label_files.read_labels(path)
        expected = self.info.num_labels + self.info.num_unseen_labels
        if len(names) != expected:
            raise UserError(
                f"{path} has {len(names)} labels, {DATASET_FILE} says "
                f"{expected}. Prepare the data again."
            )
        return names, counts


def true_labels_path(folder: str | os.PathLike, split: str) -> Path:
    """Path of the true labels of a split, in a folder that is to be one."""
    return Path(folder, f"{split}.labels.txt")


def _hash(path: Path) -> str:
    if not path.is_file():
        raise UserError(f"{path} is missing. Prepare the data again.")
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
