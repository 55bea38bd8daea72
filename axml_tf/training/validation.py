"""The dev split, predicted and measured between the steps of a run."""

import os
from collections.abc import Callable

import keras
import numpy as np

from axml_tf.dataset import input_pipeline
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.evaluation.ranking import ranking_measures
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.registry import build_model
from axml_tf.prediction.top_k import predict_top_k, top_k_labels
from axml_tf.runs.training_config import TrainingConfig


class Validation:
    """Predicts outside the strategy that trains.

    Args:
        model_config: what the model was built from.
        config: how it is trained.
        info: description of the prepared data.
        data_dir: its folder.
        check: called between two batches; may raise to end it.

    Attributes:
        model: the model that predicts, with the weights it was last given.
    """

    def __init__(
        self,
        model_config: ModelConfig,
        config: TrainingConfig,
        info: DatasetInfo,
        data_dir: str | os.PathLike,
        check: Callable[[], None],
    ):
        self.model: keras.Model = build_model(
            model_config, config.mixed_precision, jit_compile=True
        )
        self._best_labels = top_k_labels(self.model, top_k=5)
        self._config = config
        self._info = info
        self._data_dir = data_dir
        self._check = check

    def measure(self, weights: list[np.ndarray]) -> dict[str, float]:
        """P@k and nDCG@k of the dev split, k 1, 3, 5, each in [0, 1].

        Args:
            weights: as the model's `get_weights` has them.

        Raises:
            UserError: a record cannot be read.
        """
        self.model.set_weights(weights)
        true_labels = []

        def batches():
            for batch in self._batches():
                self._check()
                real = batch["weight"].numpy() > 0
                for row in batch["label_ids"].numpy()[real]:
                    true_labels.append(row[row >= 0])
                yield batch
            # Here, for without any batch there is nothing to predict.
            input_pipeline.check_count(len(true_labels), self._info, "dev")

        top_k = predict_top_k(self._best_labels, batches())
        return ranking_measures(top_k.label_ids, true_labels, ks=(1, 3, 5))

    def _batches(self):
        return input_pipeline.guarded(
            input_pipeline.evaluation_batches(
                self._data_dir,
                self._info,
                "dev",
                self._config.batch_size,
                self._config.max_length,
            ),
            self._data_dir,
            self._info,
            "dev",
        )
