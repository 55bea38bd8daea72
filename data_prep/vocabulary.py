"""Counts the words of a corpus and chooses those that get an id."""

import collections
import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from axml_tf.data_prep.batch_words import BatchWords
from axml_tf.dataset import tokenizer
from axml_tf.formats import schema

# Words as they are written are folded into lower case when there are as many.
_MAX_CASED_WORDS = 2_000_000
_WORDS_AT_ONCE = 100_000


class Vocabulary(NamedTuple):
    """The words that have an id.

    Attributes:
        words: UTF-8; the index is the id; padding and unknown stand first.
        counts: int64, occurrences in training of each word, those of the
            words that share its shape included; 0 for padding and unknown.
        num_distinct_words: words found, before the rare ones were cut.
    """

    words: list[bytes]
    counts: np.ndarray
    num_distinct_words: int

    def write(self, path: str | os.PathLike) -> None:
        """Writes one word per line."""
        with open(path, "wb") as file:
            file.writelines(word + b"\n" for word in self.words)


class WordCounter:
    """Adds up word counts; its memory grows with the distinct words."""

    def __init__(self) -> None:
        self._cased = collections.Counter[bytes]()
        self._counts = collections.Counter[bytes]()

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
        shapes = collections.Counter[bytes]()
        for word, shape in _mapped(tokenizer.word_shapes, rare):
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
        cased = list(self._cased)
        for word, lower in _mapped(tokenizer.normalize_words, cased):
            self._counts[lower] += self._cased[word]
        self._cased.clear()


def _mapped(
    function: Callable[[tf.Tensor], tf.Tensor], words: list[bytes]
) -> Iterator[tuple[bytes, bytes]]:
    """Yields every word and what the function makes of it."""
    for start in range(0, len(words), _WORDS_AT_ONCE):
        some = words[start : start + _WORDS_AT_ONCE]
        results = function(tf.constant(some)).numpy().tolist()
        yield from zip(some, results, strict=True)
