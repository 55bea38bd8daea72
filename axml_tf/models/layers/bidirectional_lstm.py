"""BiLSTM that is fast on a CPU too."""

import keras
import tensorflow as tf

from axml_tf.models.layers import lstm_loops, lstm_steps


@keras.saving.register_keras_serializable(package="axml_tf")
class BidirectionalLSTM(keras.layers.Layer):
    """LSTM over the tokens in both directions, states side by side.

    The same function as `keras.layers.Bidirectional(keras.layers.LSTM(units,
    return_sequences=True))`, with the same weights in the same order. On a
    GPU that layer itself runs (cuDNN where it can). With `jit_compile` on a
    CPU the input projection of all tokens is one matrix product, both
    directions share one compiled loop, and the gradient is written out; every
    new input shape compiles once. Without it, a loop of plain ops runs.

    Masking: padding, which must stand at the end, changes no state and gives
    zeros.

    Args:
        units: int. Width of each direction's state.
        jit_compile: bool. Whether a CPU runs the compiled loop. Leave it off
            for what is exported: a SavedModel should need no compiler.

    Call arguments:
        inputs: Tensor of shape `(batch, tokens, dim)`.
        mask: Boolean tensor of shape `(batch, tokens)`.

    Returns:
        Tensor of shape `(batch, tokens, 2 * units)`: forward, backward.

    Reference:
     - [You et al., 2018](https://arxiv.org/abs/1811.01727), eq. 2 and 3
    """

    def __init__(
        self, units: int, jit_compile: bool = False, **kwargs: object
    ) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.jit_compile = jit_compile
        self.supports_masking = True
        self.keras_layer = keras.layers.Bidirectional(
            keras.layers.LSTM(units, return_sequences=True, name="lstm"),
            name="lstm",
        )

    def build(
        self,
        inputs_shape: tuple[int | None, ...],
        mask_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        self.keras_layer.build(inputs_shape)

    def call(self, inputs: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        if tf.config.list_logical_devices("GPU"):
            states = self.keras_layer(inputs, mask=mask)
            return tf.where(mask[:, :, None], states, 0.0)
        cells = [
            self.keras_layer.forward_layer.cell,
            self.keras_layer.backward_layer.cell,
        ]
        if self.jit_compile:
            return lstm_loops.run(inputs, mask, *map(_in_one_matrix, cells))
        return lstm_steps.run(inputs, mask, *cells)

    def compute_output_spec(
        self, inputs: keras.KerasTensor, mask: keras.KerasTensor
    ) -> keras.KerasTensor:
        shape = (*inputs.shape[:2], 2 * self.units)
        return keras.KerasTensor(shape, self.compute_dtype)

    def get_config(self) -> dict[str, object]:
        return {
            **super().get_config(),
            "units": self.units,
            "jit_compile": self.jit_compile,
        }


def _in_one_matrix(cell: keras.layers.LSTMCell) -> tf.Tensor:
    return tf.concat(
        [cell.kernel, cell.recurrent_kernel, cell.bias[None, :]], 0
    )
