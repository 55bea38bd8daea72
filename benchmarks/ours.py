"""Worker: axml_tf, trained and asked by the code that users run."""

import dataclasses
import time
from collections.abc import Iterable
from typing import Any

from axml_tf.console import quiet_start  # noqa: F401  # isort: skip

import keras
import numpy as np
import tensorflow as tf

from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.system_registry import make_system
from axml_tf.prediction.top_k import BestLabels, top_k_labels
from axml_tf.runs.training_config import TrainingConfig
from axml_tf.training.distribution import make_strategy
from axml_tf.training.optimizers import LazyAdam
from axml_tf.training.step import make_training_step
from benchmarks.sizes import Size
from benchmarks.workers import Measured, serve


class Ours(Measured):
    """A model, its optimizer and one batch."""

    def make(self, size: dict[str, Any]) -> dict[str, int]:
        """Builds everything; bytes of parameters and of optimizer slots."""
        self.size = Size(**size)
        keras.utils.set_random_seed(0)
        self.system = make_system(
            ModelConfig(
                vocab_size=self.size.vocab_size,
                num_labels=self.size.num_labels,
                embedding_dim=self.size.embedding_dim,
                hidden_dim=self.size.hidden_dim,
                fc_dims=self.size.fc_dims,
            ),
            jit_compile=True,
        )
        model = self.system.model
        optimizer = LazyAdam(1e-3)
        optimizer.build(model.trainable_variables)
        self.set_batch(self.size.batch)
        self._step = make_training_step(
            self.system,
            optimizer,
            TrainingConfig(gradient_clip_norm=0),
            strategy=make_strategy(1),
            element_spec={
                name: tf.TensorSpec([None] * tensor.shape.rank, tensor.dtype)
                for name, tensor in self.batch.items()
            },
        )
        self._top_k: dict[int, BestLabels] = {}
        return {
            "parameters": _bytes(model.variables),
            "slots": _bytes(optimizer.variables),
        }

    def set_batch(self, batch: int, lengths: list[int] | None = None) -> None:
        """Makes a random batch; `lengths` pads its documents."""
        size = dataclasses.replace(self.size, batch=batch)
        token_ids, label_ids = size.random_batch(lengths)
        self.batch = {
            "token_ids": tf.constant(token_ids),
            "label_ids": tf.constant(label_ids),
            "weight": tf.ones(batch),
        }

    def step(self) -> float:
        """Seconds of forward, backward and update."""
        start = time.perf_counter()
        loss, *_ = self._step(self.batch, np.float32(np.inf))
        float(loss)
        return time.perf_counter() - start

    def predict(self, top_k: int) -> float:
        """Seconds from ids to the best labels and their probabilities."""
        if top_k not in self._top_k:
            self._top_k[top_k] = top_k_labels(self.system, top_k)
        start = time.perf_counter()
        for tensor in self._top_k[top_k](self.batch["token_ids"]):
            tensor.numpy()
        return time.perf_counter() - start

    @staticmethod
    def matmul(width: int) -> float:
        """Floating-point operations a second of a square product."""
        a, b = tf.random.normal([2, width, width])
        start = time.perf_counter()
        tf.matmul(a, b).numpy()
        return 2 * width**3 / (time.perf_counter() - start)

    @staticmethod
    def versions() -> dict[str, str]:
        """Versions of what runs here."""
        return {"tensorflow": tf.__version__, "keras": keras.__version__}


def _bytes(variables: Iterable[keras.Variable]) -> int:
    return sum(v.value.dtype.size * int(np.prod(v.shape)) for v in variables)


if __name__ == "__main__":
    ours = Ours()
    ours.matmul(256)  # Threads and libraries are up.
    serve(ours)
