"""Splits the texts of a batch into words, each different word once."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from axml_tf.dataset import tokenizer


class BatchWords(NamedTuple):
    """The words of some texts, as they are written.

    Attributes:
        words: the different ones.
        counts: int32, occurrences of each.
        positions: int32, which word stands where, for the first words of one
            text after the other.
        num_words: int64, words of each text.
    """

    words: list[bytes]
    counts: np.ndarray
    positions: np.ndarray
    num_words: np.ndarray


def split_batch(texts: list[bytes], max_length: int) -> BatchWords:
    """Splits texts into words.

    Args:
        texts: any bytes.
        max_length: words of a text that get a place in `positions`, from its
            start. `counts` and `num_words` are of the whole texts.
    """
    words, *arrays = _split_batch(tf.constant(texts, tf.string), max_length)
    return BatchWords(
        words.numpy().tolist(), *(array.numpy() for array in arrays)
    )


@tf.function(
    input_signature=[
        tf.TensorSpec([None], tf.string),
        tf.TensorSpec([], tf.int32),
    ],
    autograph=False,
)
def _split_batch(
    texts: tf.Tensor, max_length: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    # White space always ends a word. So what stands between white space is
    # split once, however often a batch has it: most of it is common words.
    chunks = tf.strings.split(texts)
    unique_chunks, chunk_positions = tf.unique(chunks.values)
    words, _, _ = tokenizer.split_words(unique_chunks)
    unique, positions = tf.unique(words.values)
    # (chunks, (words)), then (batch, (words))
    by_chunk = tf.gather(words.with_values(positions), chunk_positions)
    by_text = tf.RaggedTensor.from_row_splits(
        by_chunk.values,
        tf.gather(by_chunk.row_splits, chunks.row_splits),
        validate=False,
    )
    return (
        unique,
        tf.math.bincount(by_text.values, minlength=tf.size(unique)),
        by_text[:, :max_length].values,
        by_text.row_lengths(),
    )
