"""XML-RNN, the paper's ablation: max-pooling in place of attention."""

import keras

from axml_tf.models.encoders.encoder import read
from axml_tf.models.layers.dynamic_max_pooling import DynamicMaxPooling
from axml_tf.models.model_config import ModelConfig


def build_xml_rnn(
    config: ModelConfig, jit_compile: bool = False
) -> keras.Model:
    """Builds XML-RNN: AttentionXML with max-pooling in place of attention.

    One representation of a document serves all labels, so the output layer
    has weights of its own for each; all else is as in `build_attention_xml`.

    Args:
        config: what to build; `fc_dims` are the fully connected layers.
        jit_compile: as in `build_attention_xml`.

    Returns:
        Model from `token_ids`, int32 of shape `(batch, tokens)` padded with
        0, to float32 logits of shape `(batch, num_labels)`.

    Reference:
     - [You et al., 2018](https://arxiv.org/abs/1811.01727), Competing
       Methods
    """
    token_ids, mask, states = read(config, jit_compile)
    hidden = DynamicMaxPooling(1, name="pooling")(states, mask=mask)
    for number, units in enumerate(config.fc_dims, 1):
        hidden = keras.layers.Dense(
            units, activation="relu", name=f"fully_connected_{number}"
        )(hidden)
    logits = keras.layers.Dense(config.num_labels, name="output")(hidden)
    return keras.Model(token_ids, logits, name="xml_rnn")
