"""The encoders there are. A new one is a file, and a line here."""

from collections.abc import Callable

import keras

from axml_tf.console.errors import UserError
from axml_tf.models.encoders.gru import make_gru
from axml_tf.models.encoders.lstm import make_lstm
from axml_tf.models.model_config import ModelConfig

# From a config, and whether its loop is compiled on a CPU, to a layer: called
# with word vectors `(batch, tokens, embedding_dim)` and `mask`, boolean
# `(batch, tokens)`, it gives states `(batch, tokens, 2 * hidden_dim)`.
ENCODERS: dict[str, Callable[[ModelConfig, bool], keras.layers.Layer]] = {
    "lstm": make_lstm,
    "gru": make_gru,
}


def make_encoder(config: ModelConfig, jit_compile: bool) -> keras.layers.Layer:
    """Makes the encoder that `config.encoder` names.

    Raises:
        UserError: there is none of this name.
    """
    if config.encoder not in ENCODERS:
        raise UserError(
            f"--encoder must be one of {', '.join(ENCODERS)}; received "
            f"{config.encoder!r}."
        )
    return ENCODERS[config.encoder](config, jit_compile)
