"""What all neural systems begin with: words, and their states."""

from typing import NamedTuple

import keras

from axml_tf.formats.schema import PAD_ID
from axml_tf.models.layers.bidirectional_lstm import BidirectionalLSTM
from axml_tf.models.model_config import ModelConfig


class Trunk(NamedTuple):
    """Beginning of a functional model.

    Attributes:
        token_ids: its input, int32 `(batch, tokens)` padded with 0.
        mask: boolean `(batch, tokens)`, True at words.
        outputs: float32 `(batch, tokens, width)`.
    """

    token_ids: keras.KerasTensor
    mask: keras.KerasTensor
    outputs: keras.KerasTensor


def embed(config: ModelConfig) -> Trunk:
    """Word vectors (eq. 1): layers `embedding` and `embedding_dropout`."""
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = keras.ops.not_equal(token_ids, PAD_ID)
    embedded = keras.layers.Embedding(
        config.vocab_size,
        config.embedding_dim,
        trainable=config.trainable_embeddings,
        name="embedding",
    )(token_ids)
    embedded = keras.layers.Dropout(
        config.embedding_dropout, name="embedding_dropout"
    )(embedded)
    return Trunk(token_ids, mask, embedded)


def read(config: ModelConfig, jit_compile: bool) -> Trunk:
    """States of a BiLSTM (eq. 2, 3) over them: layers `bilstm`, `dropout`.

    The paper names a dropout rate of 0.5 but not its place; it stands after
    the BiLSTM, as in the authors' code.
    """
    token_ids, mask, embedded = embed(config)
    states = BidirectionalLSTM(
        config.hidden_dim, jit_compile=jit_compile, name="bilstm"
    )(embedded, mask=mask)
    states = keras.layers.Dropout(config.dropout, name="dropout")(states)
    return Trunk(token_ids, mask, states)
