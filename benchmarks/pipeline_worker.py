"""Worker: batches from records, read alone and trained on."""

import itertools
import time

from axml_tf.console import quiet_start  # noqa: F401  # isort: skip

import tensorflow as tf

from axml_tf.dataset import input_pipeline
from benchmarks.ours import Ours
from benchmarks.prepared import training_batching, write_random_documents
from benchmarks.workers import serve


class PipelineWorker(Ours):
    """A model, and records that fill all its tokens."""

    def write(self, folder: str, num_batches: int) -> None:
        """Writes the records of an epoch of so many batches."""
        size = self.size
        self.num_batches = num_batches
        lengths = [size.tokens] * (size.batch * num_batches)
        self._data = write_random_documents(folder, lengths, size)
        self._numbers = itertools.count()

    def read_epoch(self) -> float:
        """Seconds of an epoch of batches alone."""
        start = time.perf_counter()
        for _ in self._epoch():
            pass
        return time.perf_counter() - start

    def train_epoch(self) -> float:
        """Seconds of an epoch of steps, each on a batch of the pipeline."""
        start = time.perf_counter()
        for batch in self._epoch():
            self.batch = {name: batch[name] for name in self.batch}
            self.step()
        return time.perf_counter() - start

    def train_cached(self) -> float:
        """Seconds of as many steps, all on the batch that was the last."""
        start = time.perf_counter()
        for _ in range(self.num_batches):
            self.step()
        return time.perf_counter() - start

    def _epoch(self) -> tf.data.Dataset:
        return input_pipeline.training_batches(
            self._data, training_batching(self.size), next(self._numbers)
        )


if __name__ == "__main__":
    serve(PipelineWorker())
