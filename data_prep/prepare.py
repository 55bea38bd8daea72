"""Turns raw text and labels into a prepared data set.

    axml-prepare --input_dir=RAW --output_dir=DATA

Two passes over the training documents, one over the others: count words and
labels, choose ids, write records. No text is split twice: between the passes
the words of the training documents wait on disk. Memory grows with the
vocabulary and the labels, never with the texts. What is written stands in
`axml_tf/dataset/dataset_info.py`. A set of word counts goes to
`prepare_sparse.py`.
"""

import collections
import contextlib
import functools
import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

from axml_tf.console import origin
from axml_tf.data_prep import statistics
from axml_tf.data_prep.batches import batch_documents, map_batches
from axml_tf.data_prep.embeddings import Coverage, build_embeddings
from axml_tf.data_prep.labels import Labels
from axml_tf.data_prep.prepare_config import COMPRESSIONS, PrepareConfig
from axml_tf.data_prep.prepare_sparse import prepare_sparse
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.formats import Reader
from axml_tf.data_prep.readers.xmc_sparse import XmcSparseReader
from axml_tf.data_prep.skipped_records import SkippedRecords
from axml_tf.data_prep.splits import (
    check_any_label,
    check_not_empty,
    open_reader,
    split_documents,
)
from axml_tf.data_prep.vocabulary import Vocabulary, WordCounter, split_batch
from axml_tf.data_prep.word_spool import WordSpool
from axml_tf.data_prep.writer import SplitWriter
from axml_tf.dataset import dataset_info
from axml_tf.dataset import tokenizer as text
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.formats import schema
from axml_tf.storage.files import atomic_directory

# Ids of the first words, and number of all words, of each text.
_Tokenized = tuple[list[list[int]], list[int]]
_LIBRARIES = ("tensorflow", "tensorflow-text", "numpy")
_TEXTS = [tf.TensorSpec([None], tf.string)]


def prepare(config: PrepareConfig) -> DatasetInfo:
    """Prepares a data set and prints what is in it.

    Args:
        config: what to read, how, and where to.

    Returns:
        The description that was written as dataset.json.

    Raises:
        UserError: the input is missing or malformed, or the output exists.
    """
    start = time.monotonic()
    reader = open_reader(config)
    skipped = SkippedRecords() if config.on_bad_record == "skip" else None
    if isinstance(reader, XmcSparseReader):
        return prepare_sparse(config, reader, skipped)
    splits = reader.splits()
    with (
        atomic_directory(config.output_dir, config.overwrite) as output_dir,
        WordSpool(output_dir) as spool,
    ):
        words, label_counts = _count(reader, splits, config, skipped, spool)
        vocabulary = words.vocabulary(config.max_vocab_size, config.min_count)
        del words
        vocabulary.write(output_dir / dataset_info.VOCABULARY_FILE)
        labels = Labels(label_counts)
        writers = _write_splits(
            reader, splits, config, skipped, labels, spool, output_dir
        )
        labels.write(output_dir / dataset_info.LABELS_FILE)
        coverage = embedding_dim = None
        if config.embeddings:
            embedding_dim, coverage = _write_embeddings(
                config, vocabulary, output_dir
            )
        info = DatasetInfo(
            vocab_size=len(vocabulary.words),
            num_distinct_words=vocabulary.num_distinct_words,
            num_labels=labels.num_seen,
            num_unseen_labels=len(labels) - labels.num_seen,
            max_length=config.max_length,
            embedding_dim=embedding_dim,
            embedding_coverage=coverage.words if coverage else None,
            compression=COMPRESSIONS[config.compression],
            splits={name: writer.info() for name, writer in writers.items()},
            fingerprint=_fingerprint(output_dir, config.max_length),
            format_version=dataset_info.FORMAT_VERSION,
            schema_version=schema.SCHEMA_VERSION,
            tokenizer_version=text.TOKENIZER_VERSION,
            versions=origin.versions(_LIBRARIES),
        )
        info.save(output_dir)
        if skipped is not None:
            skipped.write(output_dir)
    unseen = {name: len(w.unseen_labels) for name, w in writers.items()}
    statistics.report(info, unseen, coverage, time.monotonic() - start)
    if skipped is not None:
        print(skipped.report())
    return info


def _count(
    reader: Reader,
    splits: list[str],
    config: PrepareConfig,
    skipped: SkippedRecords | None,
    spool: WordSpool,
) -> tuple[WordCounter, collections.Counter]:
    """First pass: words and labels of the training documents."""
    words = WordCounter()
    label_counts = collections.Counter()
    documents = split_documents(
        reader, "train", splits, config, skipped, "count train"
    )
    split = functools.partial(split_batch, max_length=config.max_length)
    for batch, batch_words in map_batches(split, documents):
        words.update(batch_words)
        spool.write(batch_words)
        label_counts.update(
            label for document in batch for label in document.labels
        )
    check_any_label(label_counts, config, skipped)
    return words, label_counts


def _write_splits(
    reader: Reader,
    splits: list[str],
    config: PrepareConfig,
    skipped: SkippedRecords | None,
    labels: Labels,
    spool: WordSpool,
    output_dir: Path,
) -> dict[str, SplitWriter]:
    """Second pass: writes the records of every split."""
    tokenizer = text.Tokenizer(
        output_dir / dataset_info.VOCABULARY_FILE, config.max_length
    )
    writers = {}
    with contextlib.ExitStack() as stack:
        for name in config.output_splits(splits):
            writers[name] = stack.enter_context(
                SplitWriter(
                    output_dir,
                    name,
                    num_shards=config.num_shards,
                    compression=COMPRESSIONS[config.compression],
                    max_length=config.max_length,
                    num_seen_labels=labels.num_seen,
                )
            )
        for split, writer in writers.items():
            documents = split_documents(
                reader, split, splits, config, skipped, f"write {split}"
            )
            batches = (
                _spooled(tokenizer, spool, documents)
                if split == "train"
                else map_batches(_tokenize_function(tokenizer), documents)
            )
            for batch, tokenized in batches:
                for document, token_ids, num_words in zip(
                    batch, *tokenized, strict=True
                ):
                    writer.write(
                        document,
                        token_ids,
                        num_words,
                        labels.ids(document.labels),
                    )
    check_not_empty(
        {name: writer.num_documents for name, writer in writers.items()},
        config,
    )
    return writers


def _tokenize_function(
    tokenizer: text.Tokenizer,
) -> Callable[[list[bytes]], _Tokenized]:
    """A function from texts to ids of the first words and word counts."""

    @tf.function(input_signature=_TEXTS, autograph=False)
    def in_graph(texts):
        tokenized = tokenizer(texts)
        return tokenized.token_ids.values, tokenized.num_words

    def tokenize(texts: list[bytes]) -> _Tokenized:
        values, num_words = in_graph(tf.constant(texts))
        return _rows(values.numpy(), num_words.numpy(), tokenizer.max_length)

    return tokenize


def _spooled(
    tokenizer: text.Tokenizer,
    spool: WordSpool,
    documents: Iterator[Document],
) -> Iterator[tuple[list[Document], _Tokenized]]:
    """Batches of training documents, as the first pass has split them.

    The batches are those of that pass: the same documents in the same order.
    """
    look_up = tf.function(
        tokenizer.look_up, input_signature=_TEXTS, autograph=False
    )
    for batch, words in zip(
        batch_documents(documents), spool.read(), strict=True
    ):
        token_ids = look_up(tf.constant(words.words, tf.string)).numpy()
        yield (
            batch,
            _rows(
                token_ids[words.positions],
                words.num_words,
                tokenizer.max_length,
            ),
        )


def _rows(
    token_ids: np.ndarray, num_words: np.ndarray, max_length: int
) -> _Tokenized:
    ends = np.cumsum(np.minimum(num_words, max_length))
    rows = np.split(token_ids, ends[:-1])
    return [row.tolist() for row in rows], num_words.tolist()


def _write_embeddings(
    config: PrepareConfig, vocabulary: Vocabulary, output_dir: Path
) -> tuple[int, Coverage]:
    vectors, coverage = build_embeddings(
        config.embeddings, vocabulary, config.seed
    )
    with open(output_dir / dataset_info.EMBEDDINGS_FILE, "wb") as file:
        header = np.lib.format.header_data_from_array_1_0(vectors)
        np.lib.format.write_array_header_1_0(file, header)
        # `np.save` does not say why it could not write.
        file.write(vectors.data)
    return vectors.shape[1], coverage


def _fingerprint(output_dir: Path, max_length: int) -> str:
    digest = hashlib.sha256()
    for name in (dataset_info.VOCABULARY_FILE, dataset_info.LABELS_FILE):
        digest.update((output_dir / name).read_bytes())
    digest.update(f"{text.TOKENIZER_VERSION} {max_length}".encode())
    return digest.hexdigest()[:16]
