"""From tokens to one logit per label."""

from collections.abc import Sequence

import keras
import tensorflow as tf
from keras import ops

from axml_tf.models.layers.multi_label_attention import MultiLabelAttention


@keras.saving.register_keras_serializable(package="axml_tf")
class LabelHead(keras.layers.Layer):
    """Attention, fully connected layers and output of every label.

    `logit[l] = w2 . f(W1 m[l])` of the paper's eq. 5, where `m[l]` is what
    label `l` attends to. All weights but the attention's are shared by the
    labels. `W1` has been applied to the values already (see
    `MultiLabelAttention`); what is left here of the first fully connected
    layer is its bias and its ReLU.

    Eq. 5 writes no biases. The fully connected layers and the output have
    one here, as in the authors' code: nearly all targets are 0, and without
    an output bias the attention would have to learn that.

    Args:
        num_labels: int. Number of labels.
        fc_dims: tuple of one or two ints. Units of the fully connected
            layers; the first is the width of the values.
        label_bias: bool. Whether each label adds a trained bias of its own.

    Call arguments:
        keys: Tensor of shape `(batch, tokens, key_dim)`.
        values: Tensor of shape `(batch, tokens, fc_dims[0])`.
        mask: Optional boolean tensor of shape `(batch, tokens)`.

    Returns:
        float32 tensor of shape `(batch, num_labels)`, logits.

    Reference:
     - [You et al., 2018](https://arxiv.org/abs/1811.01727), eq. 4 and 5
    """

    def __init__(
        self,
        num_labels: int,
        fc_dims: Sequence[int],
        label_bias: bool = False,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        if len(fc_dims) not in (1, 2):
            raise ValueError(
                "`fc_dims` must name one or two layers. "
                f"Received: fc_dims={fc_dims}"
            )
        self.num_labels = num_labels
        self.fc_dims = tuple(fc_dims)
        self.label_bias = label_bias
        self.attention = MultiLabelAttention(
            num_labels, name="attention", dtype=self.dtype_policy
        )

    def build(
        self,
        keys_shape: tuple[int | None, ...],
        values_shape: tuple[int | None, ...],
        mask_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        width = values_shape[-1]
        if width != self.fc_dims[0]:
            raise ValueError(
                "`values` must be as wide as the first fully connected layer. "
                f"Received: width={width}, fc_dims={self.fc_dims}"
            )
        self.attention.build(keys_shape, values_shape)
        self.shared_weights = [
            self._add_weight("fully_connected_1_bias", (width,), "zeros")
        ]
        for units in self.fc_dims[1:]:
            self._add_dense("fully_connected_2", width, units)
            width = units
        self._add_dense("output", width, 1)
        self.label_biases = None
        if self.label_bias:
            self.label_biases = self._add_weight(
                "label_biases", (self.num_labels,), "zeros"
            )

    def _add_dense(self, name: str, width: int, units: int) -> None:
        self.shared_weights += [
            self._add_weight(
                f"{name}_kernel", (width, units), "glorot_uniform"
            ),
            self._add_weight(f"{name}_bias", (units,), "zeros"),
        ]

    def _add_weight(
        self, name: str, shape: tuple[int, ...], initializer: str
    ) -> keras.Variable:
        # float32 in mixed precision too: what follows the attention is cheap.
        return self.add_weight(
            name=name, shape=shape, initializer=initializer, autocast=False
        )

    def call(
        self,
        keys: tf.Tensor,
        values: tf.Tensor,
        mask: tf.Tensor | None = None,
    ) -> tf.Tensor:
        attended = self.attention(keys, values, mask=mask)
        logits = self.score(attended, self.shared_weights)
        if self.label_biases is not None:
            logits = logits + self.label_biases
        return logits

    @staticmethod
    def score(
        attended: tf.Tensor,
        shared_weights: Sequence[tf.Tensor | keras.Variable],
    ) -> tf.Tensor:
        """The fully connected and output layers, for any number of labels.

        Args:
            attended: Tensor of shape `(batch, labels, fc_dims[0])`.
            shared_weights: `LabelHead.shared_weights`, or tensors in their
                place.

        Returns:
            float32 tensor of shape `(batch, labels)`.
        """
        first_bias, *denses = shared_weights
        hidden = ops.cast(attended, "float32") + first_bias
        for kernel, bias in zip(denses[::2], denses[1::2], strict=True):
            hidden = ops.matmul(ops.relu(hidden), kernel) + bias
        # (batch, labels, 1) -> (batch, labels)
        return ops.squeeze(hidden, axis=-1)

    def compute_output_spec(
        self,
        keys: keras.KerasTensor,
        values: keras.KerasTensor,
        mask: keras.KerasTensor | None = None,
    ) -> keras.KerasTensor:
        return keras.KerasTensor((keys.shape[0], self.num_labels), "float32")

    def compute_mask(
        self, keys: tf.Tensor, previous_mask: tf.Tensor | None = None
    ) -> None:
        return None

    def get_config(self) -> dict[str, object]:
        return {
            **super().get_config(),
            "num_labels": self.num_labels,
            "fc_dims": self.fc_dims,
            "label_bias": self.label_bias,
        }
