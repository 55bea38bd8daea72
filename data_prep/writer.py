"""Writes one split: sharded records, and the truth for evaluation."""

import collections
import os
from pathlib import Path

import numpy as np
import tensorflow as tf

from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.true_labels import TrueLabelsWriter
from axml_tf.dataset.dataset_info import SplitInfo
from axml_tf.dataset.prepared_data import true_labels_path
from axml_tf.formats import schema


class SplitWriter:
    """Writes the documents of a split, dealt to its shards in turn.

    A context manager; the files are complete when it is left.

    Args:
        output_dir: folder to write to.
        split: name of the split.
        num_shards: files to deal the records to.
        compression: "" or "GZIP".
        max_length: words kept per document.
        num_seen_labels: label ids from there on are unseen in training.

    Attributes:
        shards: file names of the records.
        truth: writes the true labels, and counts them.
    """

    def __init__(
        self,
        output_dir: str | os.PathLike,
        split: str,
        *,
        num_shards: int,
        compression: str,
        max_length: int,
        num_seen_labels: int,
    ):
        suffix = ".tfrecord.gz" if compression else ".tfrecord"
        self.shards = tuple(
            f"{split}-{index:05d}-of-{num_shards:05d}{suffix}"
            for index in range(num_shards)
        )
        self._max_length = max_length
        self._num_words = 0
        self._num_by_length = collections.Counter[int]()
        self._num_truncated = 0
        self.truth = TrueLabelsWriter(
            true_labels_path(output_dir, split), num_seen_labels
        )
        self._writers = [
            tf.io.TFRecordWriter(str(Path(output_dir, shard)), compression)
            for shard in self.shards
        ]

    def __enter__(self) -> "SplitWriter":
        return self

    def __exit__(self, *exception: object) -> None:
        self.truth.__exit__(*exception)
        for writer in self._writers:
            writer.close()

    def write(
        self,
        document: Document,
        token_ids: list[int],
        num_words: int,
        label_ids: list[int],
    ) -> None:
        """Writes one document.

        Args:
            document: the raw document.
            token_ids: ids of its first words.
            num_words: words of its whole text.
            label_ids: ids of its labels, ascending.
        """
        record = schema.encode(
            document.id.encode(), document.text, token_ids, label_ids
        )
        writer = self._writers[self.truth.num_documents % len(self._writers)]
        writer.write(record)
        self.truth.write(document, label_ids)
        self._num_words += num_words
        self._num_by_length[len(token_ids)] += 1
        self._num_truncated += num_words > self._max_length

    def info(self) -> SplitInfo:
        """What has been written."""
        return SplitInfo(
            num_documents=self.truth.num_documents,
            num_words=self._num_words,
            num_labels=self.truth.num_labels,
            num_truncated=self._num_truncated,
            num_without_labels=self.truth.num_without_labels,
            num_unseen_labels=self.truth.num_unseen_labels,
            length_percentiles=_percentiles(self._num_by_length),
            shards=self.shards,
        )


def _percentiles(counts: collections.Counter[int]) -> tuple[int, ...]:
    """Least values that 0, 1, ... 100 percent do not exceed."""
    values = np.array(sorted(counts), np.int64)
    if not len(values):
        return ()
    seen = np.cumsum([counts[value] for value in values])
    wanted = np.arange(101) * seen[-1] / 100
    return tuple(values[np.searchsorted(seen, wanted)].tolist())
