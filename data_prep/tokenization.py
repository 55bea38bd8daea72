"""Batches of documents with the ids of their words."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from axml_tf.data_prep.batches import batch_documents, map_batches
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.word_spool import WordSpool
from axml_tf.dataset.tokenizer import Tokenizer

_TEXTS = [tf.TensorSpec([None], tf.string)]


class TokenizedDocument(NamedTuple):
    """A document and its words.

    Attributes:
        document: as it was read.
        token_ids: ids of its first words.
        num_words: words of its whole text.
    """

    document: Document
    token_ids: list[int]
    num_words: int


def tokenized(
    tokenizer: Tokenizer, documents: Iterable[Document]
) -> Iterator[TokenizedDocument]:
    """Yields documents with the words of their texts, in their order.

    Args:
        tokenizer: splits the texts and knows the ids.
        documents: are tokenized a batch at a time, several batches at once.
    """

    @tf.function(input_signature=_TEXTS, autograph=False)
    def in_graph(texts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        found = tokenizer(texts)
        return found.token_ids.values, found.num_words

    def tokenize(texts: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
        values, num_words = in_graph(tf.constant(texts))
        return values.numpy(), num_words.numpy()

    for batch, (values, num_words) in map_batches(tokenize, documents):
        yield from _rows(batch, values, num_words, tokenizer.max_length)


def tokenized_from_spool(
    tokenizer: Tokenizer, documents: Iterable[Document], spool: WordSpool
) -> Iterator[TokenizedDocument]:
    """The same, without splitting a text again.

    Args:
        tokenizer: knows the ids.
        documents: the training documents, in the order of the first pass.
        spool: what the first pass has split of them, batch by batch, cut to
            `tokenizer.max_length` words.
    """
    look_up = tf.function(
        tokenizer.look_up, input_signature=_TEXTS, autograph=False
    )
    batches = zip(batch_documents(documents), spool.read(), strict=True)
    for batch, words in batches:
        token_ids = look_up(tf.constant(words.words, tf.string)).numpy()
        yield from _rows(
            batch,
            token_ids[words.positions],
            words.num_words,
            tokenizer.max_length,
        )


def _rows(
    batch: list[Document],
    token_ids: np.ndarray,
    num_words: np.ndarray,
    max_length: int,
) -> Iterator[TokenizedDocument]:
    """Cuts the ids of a batch, one text after the other, into its texts."""
    ends = np.cumsum(np.minimum(num_words, max_length))
    rows = np.split(token_ids, ends[:-1])
    for document, row, count in zip(
        batch, rows, num_words.tolist(), strict=True
    ):
        yield TokenizedDocument(document, row.tolist(), count)
