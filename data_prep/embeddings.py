"""Pre-trained vectors, aligned to the vocabulary."""

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.data_prep.vector_files import WordVector, read_vectors
from axml_tf.data_prep.vocabulary import Vocabulary
from axml_tf.dataset import tokenizer
from axml_tf.formats import schema

_NUMBER_WORDS = frozenset(
    b"zero one two three four five six seven eight nine ten eleven twelve "
    b"thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty "
    b"thirty forty fifty sixty seventy eighty ninety hundred thousand "
    b"million".split()
)
# Numbers start this far apart, in standard deviations of the vectors.
_NUMBER_NOISE = 0.1
_BATCH = 4096


class Coverage(NamedTuple):
    """How much of the vocabulary has a pre-trained vector of its own.

    Padding and unknown are not counted.

    Attributes:
        words: share of the vocabulary.
        occurrences: share of the vocabulary's occurrences in training.
        numbers: share of the words that are numbers.
        num_numbers: words that are numbers.
        numbers_from: number words whose mean the other numbers start from.
    """

    words: float
    occurrences: float
    numbers: float
    num_numbers: int
    numbers_from: int


def build_embeddings(
    path: str | os.PathLike, vocabulary: Vocabulary, seed: int
) -> tuple[np.ndarray, Coverage]:
    """Gives every word of the vocabulary a vector.

    - A word of the file: its vector. Of several spellings the lower-case
      one counts, else the first.
    - A number that the file does not hold: the mean vector of the number
      words (`zero` to `million`) with some noise, because trimmed copies of
      GloVe hold no numbers.
    - Any other word, unknown too: normal, with the standard deviation of the
      vectors found.
    - Padding: zero.

    Args:
        path: file of vectors, see `read_vectors`. It is streamed.
        vocabulary: the words.
        seed: of the random vectors.

    Returns:
        float32 array `(vocab_size, embedding_dim)` and the coverage.

    Raises:
        UserError: the file is malformed or has no word in common.
    """
    vectors, found, number_vectors = _collect(path, vocabulary.words)
    generator = np.random.default_rng(seed)
    deviation = vectors[found].std(dtype=np.float64)
    numbers = tf.strings.regex_full_match(
        tf.constant(vocabulary.words), r"\p{N}+"
    ).numpy()
    noise = generator.standard_normal(vectors.shape, np.float32)
    noise *= np.float32(deviation)
    if number_vectors:
        noise[numbers] *= _NUMBER_NOISE
        noise[numbers] += np.mean(list(number_vectors.values()), axis=0)
    vectors[~found] = noise[~found]
    vectors[schema.PAD_ID] = 0.0
    return vectors, _coverage(vocabulary, found, numbers, len(number_vectors))


def _collect(
    path: str | os.PathLike, words: list[bytes]
) -> tuple[np.ndarray, np.ndarray, dict[bytes, np.ndarray]]:
    """Vectors by id, which ids have one, and vectors of number words."""
    ids = {word: index for index, word in enumerate(words)}
    # No word of a text is spelt like these two, a word of the file may be.
    del ids[schema.PAD_TOKEN.encode()], ids[schema.UNKNOWN_TOKEN.encode()]
    vectors = None
    found = np.zeros(len(words), bool)
    exact = np.zeros(len(words), bool)
    number_vectors = {}
    for lower, entry in _normalized(read_vectors(path)):
        index = ids.get(lower)
        if lower == entry.word and lower in _NUMBER_WORDS:
            number_vectors[lower] = entry.vector()
        is_exact = lower == entry.word
        if index is None or exact[index] or (found[index] and not is_exact):
            continue
        vector = entry.vector()
        if vectors is None:
            vectors = np.zeros((len(words), len(vector)), np.float32)
        vectors[index] = vector
        found[index] = True
        exact[index] = is_exact
    if vectors is None:
        raise UserError(
            f"{path} has no word in common with the training texts: is it "
            "of their language?"
        )
    return vectors, found, number_vectors


def _normalized(
    entries: Iterable[WordVector],
) -> Iterator[tuple[bytes, WordVector]]:
    """Entries with their words as the tokenizer would look them up."""
    batch = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == _BATCH:
            yield from _normalized_batch(batch)
            batch = []
    if batch:
        yield from _normalized_batch(batch)


def _normalized_batch(
    batch: list[WordVector],
) -> Iterator[tuple[bytes, WordVector]]:
    words = tf.constant([entry.word for entry in batch])
    return zip(
        tokenizer.normalize_words(words).numpy().tolist(), batch, strict=True
    )


def _coverage(
    vocabulary: Vocabulary,
    found: np.ndarray,
    numbers: np.ndarray,
    numbers_from: int,
) -> Coverage:
    counts = vocabulary.counts
    num_words = len(counts) - 2
    return Coverage(
        words=float(found.sum() / num_words),
        occurrences=float(counts[found].sum() / counts.sum()),
        numbers=float(found[numbers].mean()) if numbers.any() else 0.0,
        num_numbers=int(numbers.sum()),
        numbers_from=numbers_from,
    )
