"""AttentionXML as a Keras functional model."""

import keras

from axml_tf.console.errors import UserError
from axml_tf.models.encoders.encoder import read
from axml_tf.models.label_head.label_head import LabelHead
from axml_tf.models.model_config import ModelConfig

_POLICIES = {
    "none": "float32",
    "bfloat16": "mixed_bfloat16",
    "float16": "mixed_float16",
}


def build_attention_xml(
    config: ModelConfig,
    mixed_precision: str = "none",
    jit_compile: bool = False,
) -> keras.Model:
    """Builds AttentionXML: embedding, BiLSTM, label attention, one logit each.

    Layers, by name: `embedding` (eq. 1), `embedding_dropout`, `bilstm`
    (eq. 2, 3), `dropout`, `value_projection` (W1 of eq. 5, applied to the
    tokens), `label_head` (eq. 4 and the rest of eq. 5; within it
    `attention`, `fully_connected_2`, `output`).

    Args:
        config: what to build.
        mixed_precision: `none`, or `bfloat16` or `float16` for the matrix
            products of the attention; weights, softmax and all else stay
            float32.
        jit_compile: whether the BiLSTM's loop is compiled on a CPU; for
            training, not for what is exported.

    Returns:
        Model from `token_ids`, int32 of shape `(batch, tokens)` padded with
        0, to float32 logits of shape `(batch, num_labels)`. Probabilities
        are their sigmoid.

    Reference:
     - [You et al., 2018](https://arxiv.org/abs/1811.01727), Method
    """
    token_ids, mask, states = read(config, jit_compile)
    values = keras.layers.Dense(
        config.fc_dims[0], use_bias=False, name="value_projection"
    )(states)
    logits = LabelHead(
        config.num_labels,
        config.fc_dims,
        config.label_bias,
        dtype=_POLICIES[mixed_precision],
        name="label_head",
    )(states, values, mask=mask)
    return keras.Model(token_ids, logits, name="attention_xml")


def has_attention(model: keras.Model) -> bool:
    """Whether a model is AttentionXML, and none of its baselines."""
    return any(layer.name == "label_head" for layer in model.layers)


def split_at_head(model: keras.Model) -> tuple[keras.Model, LabelHead]:
    """Splits AttentionXML into what knows tokens and what knows labels.

    Args:
        model: as `build_attention_xml` made it.

    Returns:
        A model from `token_ids` to what the head takes: keys
        `(batch, tokens, 2 * hidden_dim)`, values `(batch, tokens,
        fc_dims[0])` and mask, boolean `(batch, tokens)`; and the head. Both
        share their weights with `model`.

    Raises:
        UserError: the model is another one.
    """
    if not has_attention(model):
        raise UserError(
            f"This is an {model.name} model, which has no attention: it can be "
            "trained, predicted with and evaluated, not shown or exported. "
            "Train one with --model=attention_xml."
        )
    head = model.get_layer("label_head")
    node = head._inbound_nodes[0]
    keys, values = node.arguments.args
    mask = node.arguments.kwargs["mask"]
    return keras.Model(model.input, (keys, values, mask)), head
