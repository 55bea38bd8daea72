"""Adam and its learning rate."""

import math

import keras
import tensorflow as tf
from keras import ops

from axml_tf.runs.training_config import TrainingConfig


@keras.saving.register_keras_serializable(package="axml_tf")
class WarmupCosine(keras.optimizers.schedules.LearningRateSchedule):
    """Learning rate that rises along a line, then falls along a cosine.

    Args:
        learning_rate: float. The rate between the two.
        warmup_steps: int. Steps to rise from 0; 0 starts at the full rate.
        decay_steps: int. Step at which the rate reaches 0; 0 never falls.
    """

    def __init__(
        self, learning_rate: float, warmup_steps: int, decay_steps: int
    ):
        self.learning_rate = learning_rate
        self.warmup_steps = warmup_steps
        self.decay_steps = decay_steps

    def __call__(self, step: int | tf.Tensor) -> tf.Tensor:
        step = ops.cast(step, "float32")
        rate = ops.convert_to_tensor(self.learning_rate, "float32")
        if self.warmup_steps:
            rate = rate * ops.minimum((step + 1) / self.warmup_steps, 1.0)
        if self.decay_steps:
            done = ops.minimum(step / self.decay_steps, 1.0)
            rate = rate * 0.5 * (1 + ops.cos(math.pi * done))
        return rate

    def get_config(self) -> dict[str, float | int]:
        return {
            "learning_rate": self.learning_rate,
            "warmup_steps": self.warmup_steps,
            "decay_steps": self.decay_steps,
        }


@keras.saving.register_keras_serializable(package="axml_tf")
class LazyAdam(keras.optimizers.Adam):
    """Adam that touches only those rows of an embedding that a batch used.

    Dense Adam moves every row at every step, also those without a gradient,
    by what is left of their momentum, and reads the whole table for it. Here
    the moments of an unused row stay as they are until it is used again.
    Equal to dense Adam, to rounding, for dense gradients and where every row
    is used.

    Reference:
     - [Kingma & Ba, 2015](https://arxiv.org/abs/1412.6980), algorithm 1
    """

    def update_step(
        self,
        gradient: tf.Tensor | tf.IndexedSlices,
        variable: keras.Variable,
        learning_rate: tf.Tensor,
    ) -> None:
        index = self._get_variable_index(variable)
        momentum = self._momentums[index].value
        velocity = self._velocities[index].value
        step = tf.cast(self.iterations + 1, variable.dtype)
        rate = tf.cast(learning_rate, variable.dtype)
        beta_1_power = tf.pow(self.beta_1, step)
        beta_2_power = tf.pow(self.beta_2, step)
        if not isinstance(gradient, tf.IndexedSlices):
            # One pass over the variable and its moments.
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=momentum.handle,
                v=velocity.handle,
                beta1_power=beta_1_power,
                beta2_power=beta_2_power,
                lr=rate,
                beta1=self.beta_1,
                beta2=self.beta_2,
                epsilon=self.epsilon,
                grad=gradient,
            )
            return
        rows, positions = tf.unique(gradient.indices)
        gradient = tf.math.unsorted_segment_sum(
            gradient.values, positions, tf.size(rows)
        )
        rate *= tf.sqrt(1 - beta_2_power) / (1 - beta_1_power)
        momentum = _decay_rows(momentum, rows, gradient, self.beta_1)
        velocity = _decay_rows(velocity, rows, gradient**2, self.beta_2)
        variable.scatter_sub(
            tf.IndexedSlices(
                rate * momentum / (tf.sqrt(velocity) + self.epsilon), rows
            )
        )


def _decay_rows(
    moment: tf.Variable, rows: tf.Tensor, value: tf.Tensor, beta: float
) -> tf.Tensor:
    """Moves some rows of a moment towards `value`; returns them."""
    updated = beta * tf.gather(moment, rows) + (1 - beta) * value
    moment.scatter_update(tf.IndexedSlices(updated, rows))
    return updated


def make_optimizer(
    config: TrainingConfig, num_documents: int
) -> keras.optimizers.Optimizer:
    """Adam as in the paper, lazy for word vectors, with a schedule."""
    # Buckets of several lengths end in a batch each that is not full: an
    # epoch has up to a handful of steps more, too few to matter here.
    steps_per_epoch = math.ceil(num_documents / config.batch_size)
    schedule = WarmupCosine(
        config.learning_rate,
        config.warmup_steps,
        config.decay_epochs * steps_per_epoch,
    )
    return LazyAdam(schedule)
