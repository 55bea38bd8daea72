"""Counts the words of a corpus and chooses those that get an id."""

import collections
import os
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from axml_tf.dataset import tokenizer as text
from axml_tf.formats import schema

# Words as they are written are folded into lower case when there are as many.
_MAX_CASED_WORDS = 2_000_000
_CHUNK = 100_000


class Vocabulary(NamedTuple):
    """The words that have an id.

    Attributes:
        words: UTF-8; the index is the id; padding and unknown stand first.
        counts: occurrences in training of each word, those it stands for
            as a shape included; 0 for padding and unknown.
        num_distinct_words: words found, before the rare ones were cut.
    """

    words: list[bytes]
    counts: np.ndarray
    num_distinct_words: int

    def write(self, path: str | os.PathLike) -> None:
        """Writes one word per line."""
        with open(path, "wb") as file:
            file.writelines(word + b"\n" for word in self.words)


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


@tf.function(
    input_signature=[
        tf.TensorSpec([None], tf.string),
        tf.TensorSpec([], tf.int32),
    ],
    autograph=False,
)
def _split_batch(texts, max_length):
    # White space always ends a word. So what stands between white space is
    # split once, however often a batch has it: most of it is common words.
    chunks = tf.strings.split(texts)
    unique_chunks, chunk_positions = tf.unique(chunks.values)
    words, _, _ = text.split_words(unique_chunks)
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


def split_batch(texts: list[bytes], max_length: int) -> BatchWords:
    """Splits texts; of each, `positions` has the first `max_length` words."""
    words, *arrays = _split_batch(tf.constant(texts, tf.string), max_length)
    return BatchWords(
        words.numpy().tolist(), *(array.numpy() for array in arrays)
    )


class WordCounter:
    """Adds up word counts; its memory grows with the distinct words."""

    def __init__(self):
        self._cased = collections.Counter()
        self._counts = collections.Counter()

    def update(self, batch: BatchWords) -> None:
        """Adds the words of a batch."""
        counts = batch.counts.tolist()
        self._cased.update(dict(zip(batch.words, counts, strict=True)))
        if len(self._cased) > _MAX_CASED_WORDS:
            self._fold()

    def vocabulary(self, max_size: int, min_count: int) -> Vocabulary:
        """Chooses the words that get an id.

        A word of fewer than `min_count` occurrences hands them to its shape
        (`1998` -> `0000`), which is a word like any other: the tokenizer
        looks a word up by its shape when it finds nothing else.

        Args:
            max_size: most ids, padding and unknown included.
            min_count: fewest occurrences of a word.

        Returns:
            Words by descending count, ties in order of their bytes.
        """
        self._fold()
        kept = collections.Counter(
            {w: n for w, n in self._counts.items() if n >= min_count}
        )
        rare = [w for w, n in self._counts.items() if n < min_count]
        shapes = collections.Counter()
        for word, shape in _mapped(text.word_shapes, rare):
            shapes[shape] += self._counts[word]
        for shape, count in shapes.items():
            # A rare word without a digit is its own shape, and stays rare.
            if shape in kept or count >= min_count:
                kept[shape] += count
        ranked = sorted(kept.items(), key=lambda item: (-item[1], item[0]))
        ranked = ranked[: max_size - 2]
        return Vocabulary(
            [
                schema.PAD_TOKEN.encode(),
                schema.UNKNOWN_TOKEN.encode(),
                *(word for word, _ in ranked),
            ],
            np.array([0, 0, *(count for _, count in ranked)], np.int64),
            len(self._counts),
        )

    def _fold(self) -> None:
        for word, lower in _mapped(text.normalize_words, list(self._cased)):
            self._counts[lower] += self._cased[word]
        self._cased.clear()


def _mapped(function, words: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    for start in range(0, len(words), _CHUNK):
        chunk = words[start : start + _CHUNK]
        results = function(tf.constant(chunk)).numpy().tolist()
        yield from zip(chunk, results, strict=True)
