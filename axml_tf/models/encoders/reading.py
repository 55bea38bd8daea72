"""What all neural systems begin with: words, and their states."""

from typing import NamedTuple

import keras

from axml_tf.formats.schema import PAD_ID
from axml_tf.models.encoders.encoder_registry import make_encoder
from axml_tf.models.model_config import ModelConfig


class Words(NamedTuple):
    """Beginning of a functional model.

    Attributes:
        token_ids: its input, int32 `(batch, tokens)` padded with 0.
        mask: boolean `(batch, tokens)`, True at words.
        states: float32 `(batch, tokens, width)`.
        embedding: the layer of word vectors.
    """

    token_ids: keras.KerasTensor
    mask: keras.KerasTensor
    states: keras.KerasTensor
    embedding: keras.layers.Embedding


def embed_words(config: ModelConfig) -> Words:
    """Word vectors (eq. 1): layers `embedding` and `embedding_dropout`."""
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = keras.ops.not_equal(token_ids, PAD_ID)
    embedding = keras.layers.Embedding(
        config.vocab_size,
        config.embedding_dim,
        trainable=config.trainable_embeddings,
        name="embedding",
    )
    embedded = keras.layers.Dropout(
        config.embedding_dropout, name="embedding_dropout"
    )(embedding(token_ids))
    return Words(token_ids, mask, embedded, embedding)


def read_words(config: ModelConfig, jit_compile: bool) -> Words:
    """States of the encoder over them: its layer, and `dropout`.

    The paper names a dropout rate of 0.5 but not its place; it stands after
    the BiLSTM, as in the authors' code.

    Args:
        config: `config.encoder` names the encoder.
        jit_compile: whether its loop is compiled on a CPU.

    Raises:
        UserError: there is no encoder of this name.
    """
    words = embed_words(config)
    encoder = make_encoder(config, jit_compile)
    states = encoder(words.states, mask=words.mask)
    states = keras.layers.Dropout(config.dropout, name="dropout")(states)
    return words._replace(states=states)
