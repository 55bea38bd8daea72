"""A lighter encoder than the paper's: a GRU in both directions."""

import keras

from axml_tf.models.model_config import ModelConfig


def make_gru(
    config: ModelConfig, jit_compile: bool
) -> keras.layers.Bidirectional:
    """Makes the layer `bigru`, `hidden_dim` units a direction.

    Padded places have zeros. On a CPU a loop of Keras's own runs, compiled or
    not: `jit_compile` changes nothing.

    Reference:
     - [Cho et al., 2014](https://arxiv.org/abs/1406.1078), with the reset
       gate applied after the matrix product (`reset_after`, as in cuDNN)
    """
    del jit_compile
    return keras.layers.Bidirectional(
        # A name of its own, whatever was made before.
        keras.layers.GRU(config.hidden_dim, return_sequences=True, name="gru"),
        name="bigru",
    )
