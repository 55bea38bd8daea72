"""The dev split, predicted and measured between the steps of a run."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from axml_tf.dataset import input_pipeline
from axml_tf.dataset.input_pipeline import Batching
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation.ranking import ranking_measures
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.system_registry import make_system
from axml_tf.prediction.top_k import predict_top_k, top_k_labels
from axml_tf.runs.training_config import TrainingConfig


class Validation:
    """Predicts outside the strategy that trains.

    Args:
        model_config: what the model was built from.
        config: how it is trained.
        data: the prepared data.

    Attributes:
        system: what predicts, with the weights it was last given.
    """

    def __init__(
        self,
        model_config: ModelConfig,
        config: TrainingConfig,
        data: PreparedData,
    ):
        self.system = make_system(
            model_config,
            mixed_precision=config.mixed_precision,
            jit_compile=True,
        )
        self._best_labels = top_k_labels(self.system, top_k=5)
        self._batching = Batching(config.batch_size, config.max_length)
        self._data = data

    @property
    def model(self) -> keras.Model:
        """The Keras model of the system."""
        return self.system.model

    def measure(
        self, weights: list[np.ndarray], check: Callable[[], None]
    ) -> dict[str, float]:
        """P@k and nDCG@k of the dev split, k 1, 3, 5, each in [0, 1].

        Args:
            weights: as the model's `get_weights` has them.
            check: called between two batches; may raise to end it.

        Raises:
            UserError: a record cannot be read.
        """
        self.model.set_weights(weights)
        true_labels: list[np.ndarray] = []

        def batches() -> Iterator[dict[str, Any]]:
            for batch in self._batches():
                check()
                real = batch["weight"].numpy() > 0
                for row in batch["label_ids"].numpy()[real]:
                    true_labels.append(row[row >= 0])
                yield batch
            # Here, for without any batch there is nothing to predict.
            input_pipeline.check_count(len(true_labels), self._data.info, "dev")

        top_k = predict_top_k(self._best_labels, batches())
        return ranking_measures(top_k.label_ids, true_labels, ks=(1, 3, 5))

    def _batches(self) -> Iterator[dict[str, Any]]:
        return input_pipeline.guarded(
            input_pipeline.evaluation_batches(
                self._data, "dev", self._batching
            ),
            self._data,
            "dev",
        )
