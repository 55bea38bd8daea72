"""One step of training, the same under every strategy."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from axml_tf.models.systems.neural_system import NeuralSystem
from axml_tf.runs.training_config import TrainingConfig


def make_training_step(
    system: NeuralSystem,
    optimizer: keras.optimizers.Optimizer,
    config: TrainingConfig,
    *,
    strategy: tf.distribute.Strategy,
    element_spec: dict[str, tf.TypeSpec],
) -> Callable[[dict[str, Any], np.float32], list[tf.Tensor]]:
    """Compiles forward, backward and update on every replica.

    Args:
        system: what is trained.
        optimizer: built for its model.
        config: its `label_chunk_size`, and whether it clips gradients.
        strategy: where model and optimizer were made.
        element_spec: of the distributed dataset of batches.

    Returns:
        Function of a batch, and of the largest global norm that the gradient
        of the loss summed over labels may have. It makes the step and returns
        three scalars: the loss (the paper's eq. 6), the number of documents,
        and the norm of the gradient before it was clipped.
    """
    num_labels = system.config.num_labels
    variables = system.model.trainable_variables
    num_replicas = strategy.num_replicas_in_sync

    is_clipped = config.gradient_clip_norm or config.gradient_clip_factor

    def replica_step(
        batch: dict[str, tf.Tensor], norm_limit: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        all_reduce = tf.distribute.get_replica_context().all_reduce
        sum_up = tf.distribute.ReduceOp.SUM
        num_local = tf.reduce_sum(batch["weight"])
        num_documents = all_reduce(sum_up, num_local)
        with tf.GradientTape() as tape:
            loss = system.loss(
                system.read(batch["token_ids"], training=True),
                label_ids=batch["label_ids"],
                # So that it is the mean over the documents of all replicas.
                weights=batch["weight"] / num_documents,
                label_chunk_size=config.label_chunk_size,
            )
        # Eq. 6 divides by the number of labels as well. Adam does not feel a
        # constant factor but for its epsilon, which is larger than a label
        # vector's gradient once that is divided by thousands of labels, and
        # training stands still.
        gradients = tape.gradient(loss, [v.value for v in variables])
        gradients = all_reduce(sum_up, gradients)
        norm = tf.linalg.global_norm(gradients)
        # The optimizer sums over the replicas once more.
        factor = 1 / num_replicas
        if is_clipped:
            factor *= tf.minimum(1.0, norm_limit / norm)
        gradients = [_scale(g, factor) for g in gradients]
        optimizer.apply(gradients, variables)
        # The norm is the same on all replicas.
        return loss / num_labels, num_local, norm / num_replicas

    @tf.function(input_signature=[element_spec, tf.TensorSpec([])])
    def step(
        batch: dict[str, tf.Tensor], norm_limit: tf.Tensor
    ) -> list[tf.Tensor]:
        return [
            strategy.reduce(tf.distribute.ReduceOp.SUM, result, axis=None)
            for result in strategy.run(replica_step, args=(batch, norm_limit))
        ]

    return step


def _scale(
    gradient: tf.Tensor | tf.IndexedSlices, factor: float | tf.Tensor
) -> tf.Tensor | tf.IndexedSlices:
    if isinstance(factor, float) and factor == 1:
        return gradient
    if isinstance(gradient, tf.IndexedSlices):
        return tf.IndexedSlices(
            gradient.values * factor, gradient.indices, gradient.dense_shape
        )
    return gradient * factor
