"""Worker: axml_tf, trained and asked by the code that users run."""

import time

from axml_tf.console import quiet_start  # noqa: F401  # isort: skip

import keras
import numpy as np
import tensorflow as tf

from axml_tf.models.attention_xml import build_attention_xml
from axml_tf.models.model_config import ModelConfig
from axml_tf.prediction.top_k import top_k_labels
from axml_tf.runs.training_config import TrainingConfig
from axml_tf.training.distribution import make_strategy
from axml_tf.training.optimizers import LazyAdam
from axml_tf.training.step import make_training_step
from benchmarks.sizes import Size
from benchmarks.workers import Measured, serve


class Ours(Measured):
    """A model, its optimizer and one batch."""

    def make(self, size: dict) -> dict:
        """Builds everything; bytes of parameters and of optimizer slots."""
        self.size = size = Size(**size)
        keras.utils.set_random_seed(0)
        self.model = build_attention_xml(
            ModelConfig(
                vocab_size=size.vocab_size,
                num_labels=size.num_labels,
                embedding_dim=size.embedding_dim,
                hidden_dim=size.hidden_dim,
                fc_dims=tuple(size.fc_dims),
            ),
            jit_compile=True,
        )
        optimizer = LazyAdam(1e-3)
        optimizer.build(self.model.trainable_variables)
        self.set_batch(size.batch)
        self._step = make_training_step(
            make_strategy(1),
            self.model,
            optimizer,
            TrainingConfig(gradient_clip_norm=0),
            element_spec={
                name: tf.TensorSpec([None] * tensor.shape.rank, tensor.dtype)
                for name, tensor in self.batch.items()
            },
        )
        self._top_k = {}
        return {
            "parameters": _bytes(self.model.variables),
            "slots": _bytes(optimizer.variables),
        }

    def set_batch(self, batch: int, lengths: list[int] | None = None) -> None:
        """Makes a random batch; `lengths` pads its documents."""
        size = Size(**{**vars(self.size), "batch": batch})
        token_ids, label_ids = size.random_batch()
        if lengths is not None:
            real = np.arange(size.tokens) < np.array(lengths)[:, None]
            token_ids = (token_ids * real)[:, : max(lengths)]
        self.batch = {
            "token_ids": tf.constant(token_ids, tf.int32),
            "label_ids": tf.constant(label_ids),
            "weight": tf.ones(batch),
        }

    def step(self) -> float:
        """Seconds of forward, backward and update."""
        start = time.perf_counter()
        loss, *_ = self._step(self.batch, tf.constant(np.inf))
        float(loss)
        return time.perf_counter() - start

    def predict(self, top_k: int) -> float:
        """Seconds from ids to the best labels and their probabilities."""
        if top_k not in self._top_k:
            self._top_k[top_k] = top_k_labels(self.model, top_k)
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


def _bytes(variables) -> int:
    return sum(v.value.dtype.size * int(np.prod(v.shape)) for v in variables)


if __name__ == "__main__":
    ours = Ours()
    ours.matmul(256)  # Threads and libraries are up.
    serve(ours)
