"""Words of the training documents between the two passes over them."""

import os
import tempfile
from collections.abc import Iterator

import numpy as np

from axml_tf.data_prep.batch_words import BatchWords


class WordSpool:
    """Keeps split batches on disk, so that no text is split twice.

    A context manager; its file has no name and goes with it.

    Args:
        folder: where there is room for four bytes a word.
    """

    def __init__(self, folder: str | os.PathLike):
        self._file = tempfile.TemporaryFile(dir=os.fspath(folder))  # noqa: SIM115
        self._num_batches = 0

    def __enter__(self) -> "WordSpool":
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def write(self, batch: BatchWords) -> None:
        """Adds a batch."""
        # No word has a newline in it.
        joined = np.frombuffer(b"\n".join(batch.words), np.uint8)
        for array in (joined, batch.counts, batch.positions, batch.num_words):
            np.save(self._file, array, allow_pickle=False)
        self._num_batches += 1

    def read(self) -> Iterator[BatchWords]:
        """Yields the batches in the order they were written."""
        self._file.seek(0)
        for _ in range(self._num_batches):
            joined, counts, positions, num_words = (
                np.load(self._file, allow_pickle=False) for _ in range(4)
            )
            words = joined.tobytes().split(b"\n") if len(counts) else []
            yield BatchWords(words, counts, positions, num_words)
