"""One step of training, the same under every strategy."""

from collections.abc import Callable

import keras
import tensorflow as tf

from axml_tf.models.registry import loss_function
from axml_tf.runs.training_config import TrainingConfig


def make_training_step(
    strategy: tf.distribute.Strategy,
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    config: TrainingConfig,
    element_spec: dict,
) -> Callable:
    """Compiles forward, backward and update on every replica.

    Args:
        strategy: where model and optimizer were made.
        model: from token ids to logits.
        optimizer: built for the model.
        config: its `label_chunk_size`, and whether it clips gradients.
        element_spec: of the distributed dataset of batches.

    Returns:
        Function of a batch, and of the largest global norm that the gradient
        of the loss summed over labels may have. It makes the step and returns
        three scalars: the loss (the paper's eq. 6), the number of documents,
        and the norm of the gradient before it was clipped.
    """
    loss_of = loss_function(model, config.label_chunk_size)
    num_labels = model.output.shape[1]
    variables = model.trainable_variables
    num_replicas = strategy.num_replicas_in_sync

    is_clipped = config.gradient_clip_norm or config.gradient_clip_factor

    def replica_step(batch, norm_limit):
        all_reduce = tf.distribute.get_replica_context().all_reduce
        sum_up = tf.distribute.ReduceOp.SUM
        num_local = tf.reduce_sum(batch["weight"])
        num_documents = all_reduce(sum_up, num_local)
        with tf.GradientTape() as tape:
            loss = loss_of(
                batch["token_ids"],
                batch["label_ids"],
                # So that it is the mean over the documents of all replicas.
                batch["weight"] / num_documents,
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
    def step(batch, norm_limit):
        return [
            strategy.reduce(tf.distribute.ReduceOp.SUM, result, axis=None)
            for result in strategy.run(replica_step, args=(batch, norm_limit))
        ]

    return step


def _scale(gradient, factor: float | tf.Tensor):
    if isinstance(factor, float) and factor == 1:
        return gradient
    if isinstance(gradient, tf.IndexedSlices):
        return tf.IndexedSlices(
            gradient.values * factor, gradient.indices, gradient.dense_shape
        )
    return gradient * factor
