"""Attention with one vector per label."""

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable(package="axml_tf")
class MultiLabelAttention(keras.layers.Layer):
    """Gives every label its own weighted summary of the tokens.

    For label `l`, `alpha[l] = softmax(keys @ w[l])` over one document's
    tokens; the output is `alpha[l] @ values`. The paper's eq. 4 has the
    BiLSTM states for both; with `values = states @ W1` the first fully
    connected layer is applied once per token instead of once per label,
    and the result is the same: `W1 (sum a_i h_i) = sum a_i (W1 h_i)`.

    Masking: masked tokens get weight exactly 0; an empty document gives
    zeros, never NaN. The mask ends here (no token axis is left).

    Args:
        num_labels: int. Number of labels.

    Call arguments:
        keys: Tensor of shape `(batch, tokens, key_dim)`.
        values: Tensor of shape `(batch, tokens, value_dim)`.
        mask: Optional boolean tensor of shape `(batch, tokens)`.

    Returns:
        Tensor of shape `(batch, num_labels, value_dim)`.

    Reference:
     - [You et al., 2018](https://arxiv.org/abs/1811.01727), eq. 4
    """

    def __init__(self, num_labels: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        if num_labels < 1:
            raise ValueError(
                "`num_labels` must be a positive integer. "
                f"Received: num_labels={num_labels}"
            )
        self.num_labels = num_labels

    def build(
        self,
        keys_shape: tuple[int | None, ...],
        values_shape: tuple[int | None, ...],
        mask_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        # Bias-free, Glorot-uniform as in the authors' code.
        self.label_vectors = self.add_weight(
            name="label_vectors",
            shape=(self.num_labels, keys_shape[-1]),
            initializer="glorot_uniform",
        )

    def call(
        self,
        keys: tf.Tensor,
        values: tf.Tensor,
        mask: tf.Tensor | None = None,
    ) -> tf.Tensor:
        alpha = self.attention_weights(self.label_vectors, keys, mask)
        # (batch, labels, tokens), (batch, tokens, value_dim)
        #     -> (batch, labels, value_dim)
        return ops.matmul(alpha, values)

    @staticmethod
    def attention_weights(
        label_vectors: tf.Tensor | keras.Variable,
        keys: tf.Tensor,
        mask: tf.Tensor | None = None,
    ) -> tf.Tensor:
        """Softmax over the tokens, for the labels whose vectors are given.

        Args:
            label_vectors: Tensor of shape `(labels, key_dim)`, or
                `(batch, labels, key_dim)` when they differ by document.
            keys: Tensor of shape `(batch, tokens, key_dim)`.
            mask: Optional boolean tensor of shape `(batch, tokens)`.

        Returns:
            Tensor of shape `(batch, labels, tokens)`; rows sum to 1, or to
            0 for an empty document.
        """
        label_vectors = ops.cast(label_vectors, keys.dtype)
        # (labels, key_dim), (batch, key_dim, tokens)
        #     -> (batch, labels, tokens)
        scores = ops.matmul(label_vectors, ops.transpose(keys, (0, 2, 1)))
        # In mixed precision too: a sum over hundreds of tokens.
        scores = ops.cast(scores, "float32")
        if mask is None:
            return ops.cast(ops.softmax(scores, axis=-1), keys.dtype)
        visible = ops.expand_dims(mask, 1)
        # A large finite number: minus infinity makes an empty row NaN.
        alpha = ops.softmax(ops.where(visible, scores, -1e9), axis=-1)
        return ops.cast(ops.where(visible, alpha, 0.0), keys.dtype)

    def compute_output_shape(
        self,
        keys_shape: tuple[int | None, ...],
        values_shape: tuple[int | None, ...],
    ) -> tuple[int | None, ...]:
        return (keys_shape[0], self.num_labels, values_shape[-1])

    def compute_mask(
        self, keys: tf.Tensor, previous_mask: tf.Tensor | None = None
    ) -> None:
        return None

    def get_config(self) -> dict[str, object]:
        return {**super().get_config(), "num_labels": self.num_labels}
