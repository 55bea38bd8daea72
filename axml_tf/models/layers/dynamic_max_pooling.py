"""The largest value of each part of a document."""

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable(package="axml_tf")
class DynamicMaxPooling(keras.layers.Layer):
    """Splits every document into parts of equal length; keeps their maxima.

    The parts are of the document's own length: padding never has a say.

    Args:
        num_parts: int. Parts of a document; 1 pools over all of it.

    Call arguments:
        inputs: of shape `(batch, tokens, features)`.
        mask: boolean of shape `(batch, tokens)`, True at a document's words,
            which stand first.

    Output shape:
        `(batch, num_parts * features)`; 0 for a part without words.

    Reference:
     - [Liu et al., 2017](https://doi.org/10.1145/3077136.3080834), Dynamic
       Max Pooling
    """

    def __init__(self, num_parts: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        if num_parts < 1:
            raise ValueError(
                "`num_parts` must be a positive integer. "
                f"Received: num_parts={num_parts}"
            )
        self.num_parts = num_parts

    def call(self, inputs: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        lengths = ops.sum(ops.cast(mask, "int32"), axis=1, keepdims=True)
        places = ops.arange(ops.shape(inputs)[1], dtype="int32")
        part_of = places * self.num_parts // ops.maximum(lengths, 1)
        maxima = []
        for part in range(self.num_parts):
            inside = ops.logical_and(mask, part_of == part)
            pooled = ops.max(
                ops.where(inside[..., None], inputs, -float("inf")), axis=1
            )
            has_words = ops.any(inside, axis=1, keepdims=True)
            maxima.append(ops.where(has_words, pooled, 0.0))
        return ops.concatenate(maxima, axis=1)

    def compute_output_shape(
        self, input_shape: tuple[int | None, int | None, int]
    ) -> tuple[int | None, int]:
        return (input_shape[0], self.num_parts * input_shape[2])

    def compute_mask(
        self, inputs: tf.Tensor, previous_mask: tf.Tensor | None = None
    ) -> None:
        return None

    def get_config(self) -> dict[str, object]:
        return {**super().get_config(), "num_parts": self.num_parts}
