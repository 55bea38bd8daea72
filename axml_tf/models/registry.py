"""Which model a config asks for, and what is the same for all of them."""

from collections.abc import Callable

import keras
import tensorflow as tf

from axml_tf.models.attention_xml import (
    build_attention_xml,
    has_attention,
    split_at_head,
)
from axml_tf.models.label_head.chunked_loss import head_cross_entropy_sum
from axml_tf.models.label_head.chunked_top_k import head_top_k
from axml_tf.models.losses import cross_entropy_sum, multi_hot
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.xml_cnn import build_xml_cnn
from axml_tf.models.xml_rnn import build_xml_rnn


def build_model(
    config: ModelConfig,
    mixed_precision: str = "none",
    jit_compile: bool = False,
) -> keras.Model:
    """Builds the model that `config.model` names.

    Args:
        config: what to build.
        mixed_precision: as in `build_attention_xml`; `none` for the others.
        jit_compile: as in `build_attention_xml`.

    Returns:
        Model from token ids, int32 `(batch, tokens)`, to logits, float32
        `(batch, num_labels)`.
    """
    if config.model == "xml_rnn":
        return build_xml_rnn(config, jit_compile)
    if config.model == "xml_cnn":
        return build_xml_cnn(config)
    return build_attention_xml(config, mixed_precision, jit_compile)


def loss_function(model: keras.Model, label_chunk_size: int) -> Callable:
    """The loss of a model in training.

    Args:
        model: as `build_model` made it.
        label_chunk_size: as in `head_cross_entropy_sum`.

    Returns:
        Function of token ids, int32 `(batch, tokens)`, label ids, int32
        `(batch, most labels)` padded with -1, and weights, float32
        `(batch,)`: the cross-entropy summed over documents and labels.
    """
    if not has_attention(model):
        num_labels = model.output.shape[1]

        def dense(token_ids, label_ids, weights):
            logits = model(token_ids, training=True)
            return cross_entropy_sum(
                logits, multi_hot(label_ids, num_labels), weights
            )

        return dense
    trunk, head = split_at_head(model)

    def chunked(token_ids, label_ids, weights):
        read = trunk(token_ids, training=True)
        return head_cross_entropy_sum(
            head, *read, label_ids, weights, label_chunk_size
        )

    return chunked


def top_k_function(model: keras.Model, top_k: int) -> Callable:
    """The best labels of a model.

    Args:
        model: as `build_model` made it.
        top_k: labels per document, at most all.

    Returns:
        Function of token ids, int32 `(batch, tokens)`: logits, float32
        `(batch, top_k)`, descending, and label ids, int32, of the same
        shape. Ties have the lower label id first.
    """
    if not has_attention(model):
        return lambda token_ids: tf.math.top_k(
            model(token_ids, training=False), top_k
        )
    trunk, head = split_at_head(model)
    return lambda token_ids: head_top_k(
        head, *trunk(token_ids, training=False), top_k
    )
