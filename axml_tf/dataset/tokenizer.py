"""From text to word ids, in the graph: the only place where that is done.

Data preparation runs these functions over the corpus, and the exported model
runs the same ones over a request, so training and serving cannot drift apart.

A word is a run of letters, digits, marks and underscores, lower-cased. A word
that is not in the vocabulary is looked up again by its shape, every digit
replaced by 0 (`1998` -> `0000`), so that rare numbers share a trained vector;
failing that it is unknown.
"""

import os
from typing import NamedTuple

import tensorflow as tf
import tensorflow_text as tf_text

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.formats.schema import UNKNOWN_ID

# Recorded in dataset.json: ids made by another version do not fit.
TOKENIZER_VERSION = 1

_DELIMITER = r"[^\p{L}\p{N}\p{M}_]+"


class TokenizedText(NamedTuple):
    """The words of a batch of texts that are kept, `(batch, (words))`.

    Attributes:
        token_ids: int32, vocabulary ids.
        words: string, the words as they were written.
        starts: int64, byte offset of each word's first byte in its text.
        ends: int64, byte offset one past each word's last byte.
        num_words: int64 of shape `(batch,)`, words of each whole text.
    """

    token_ids: tf.RaggedTensor
    words: tf.RaggedTensor
    starts: tf.RaggedTensor
    ends: tf.RaggedTensor
    num_words: tf.Tensor


def split_words(
    texts: tf.Tensor,
) -> tuple[tf.RaggedTensor, tf.RaggedTensor, tf.RaggedTensor]:
    """Splits texts into words as they are written.

    Args:
        texts: 1-D string tensor, any bytes.

    Returns:
        Words (string), byte starts and byte ends (int64) into the original
        text, each ragged of shape `(batch, (words))`.
    """
    # The split op stops at a NUL byte. A space has the same length, so that
    # the offsets stay true.
    texts = tf.strings.regex_replace(texts, r"\x00", " ")
    return tf_text.regex_split_with_offsets(texts, _DELIMITER)


def normalize_words(words: tf.Tensor) -> tf.Tensor:
    """Lower-cases words; bytes that are no UTF-8 become U+FFFD."""
    return tf.strings.lower(words, encoding="utf-8")


def word_shapes(words: tf.Tensor) -> tf.Tensor:
    """Replaces every digit by 0: `b"mp3"` -> `b"mp0"`."""
    return tf.strings.regex_replace(words, r"\p{N}", "0")


class Tokenizer(tf.Module):
    """Turns texts into vocabulary ids with byte offsets.

    Args:
        vocabulary_file: path of a text file with one word per line; the line
            number is the id. It becomes an asset of a SavedModel.
        max_length: int. Words kept per text, from its start.

    Call arguments:
        texts: 1-D string tensor, any bytes; an empty text has no words.

    Returns:
        `TokenizedText`.
    """

    def __init__(self, vocabulary_file: str | os.PathLike, max_length: int):
        super().__init__(name="tokenizer")
        if max_length < 1:
            raise ValueError(
                "`max_length` must be a positive integer. "
                f"Received: max_length={max_length}"
            )
        self.max_length = max_length
        self.table = tf.lookup.StaticHashTable(
            tf.lookup.TextFileInitializer(
                os.fspath(vocabulary_file),
                key_dtype=tf.string,
                key_index=tf.lookup.TextFileIndex.WHOLE_LINE,
                value_dtype=tf.int64,
                value_index=tf.lookup.TextFileIndex.LINE_NUMBER,
            ),
            default_value=UNKNOWN_ID,
        )

    def __call__(self, texts: tf.Tensor) -> TokenizedText:
        words, starts, ends = split_words(texts)
        num_words = words.row_lengths()
        # Cut before lower-casing: only the words that are kept cost.
        words = words[:, : self.max_length]
        token_ids = words.with_values(self.look_up(words.values))
        return TokenizedText(
            token_ids,
            words,
            starts[:, : self.max_length],
            ends[:, : self.max_length],
            num_words,
        )

    def look_up(self, words: tf.Tensor) -> tf.Tensor:
        """Ids of words as they are written.

        Args:
            words: 1-D string tensor, as `split_words` gives them.

        Returns:
            int32 tensor of the same shape.
        """
        # Nearly all words are found by what is cheap. It finds no other word
        # than the full way does: what has letters or bytes that only that
        # one changes stands in no vocabulary.
        token_ids = self.table.lookup(tf.strings.lower(words))
        missing = tf.where(token_ids == UNKNOWN_ID)
        rest = normalize_words(tf.gather_nd(words, missing))
        in_full = self.table.lookup(rest)
        by_shape = self.table.lookup(word_shapes(rest))
        token_ids = tf.tensor_scatter_nd_update(
            token_ids,
            missing,
            tf.where(in_full == UNKNOWN_ID, by_shape, in_full),
        )
        return tf.cast(token_ids, tf.int32)


def pad(ragged: tf.RaggedTensor, value: int | str) -> tf.Tensor:
    """Makes words of texts a rectangle.

    Args:
        ragged: of shape `(batch, (words))`.
        value: what fills it up.

    Returns:
        Tensor of shape `(batch, tokens)`, at least one token.
    """
    return with_a_column(ragged.to_tensor(default_value=value), value)


def with_a_column(dense: tf.Tensor, value: int | str) -> tf.Tensor:
    """Adds a column where there is none.

    A batch of empty texts has none, and no LSTM runs over none.
    """
    missing = tf.maximum(0, 1 - tf.shape(dense)[1])
    return tf.pad(dense, [[0, 0], [0, missing]], constant_values=value)


def load_tokenizer(data: PreparedData, max_length: int) -> Tokenizer:
    """The tokenizer of a model.

    Args:
        data: that it was trained on, or what a model folder keeps of them.
        max_length: words that it was trained to read, at most.

    Raises:
        UserError: the vocabulary is not whole.
    """
    path, expected = data.vocabulary_path, data.info.vocab_size
    with open(path, "rb") as file:
        num_words = sum(1 for _ in file)
    if num_words != expected:
        raise UserError(
            f"{path} has {num_words} words, dataset.json says {expected}. "
            "Prepare the data again."
        )
    return Tokenizer(path, min(max_length, data.info.max_length))
