"""Turns raw text and labels into a prepared data set.

Two passes over the training documents, one over the others: count words and
labels, choose ids, write records. No text is split twice: between the passes
the words of the training documents wait on disk. Memory grows with the
vocabulary and the labels, never with the texts. `prepare_sparse.py` prepares
a set of word counts.
"""

import collections
import contextlib
import functools
import hashlib
import time
from pathlib import Path

import numpy as np

from axml_tf.console import origin
from axml_tf.data_prep import preparation_report
from axml_tf.data_prep.batch_words import split_batch
from axml_tf.data_prep.batches import map_batches
from axml_tf.data_prep.embeddings import build_embeddings
from axml_tf.data_prep.labels import Labels
from axml_tf.data_prep.prepare_config import COMPRESSIONS, PrepareConfig
from axml_tf.data_prep.prepare_sparse import prepare_sparse
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.formats import Reader
from axml_tf.data_prep.readers.xmc_sparse import XmcSparseReader
from axml_tf.data_prep.splits import RawSplits, open_reader
from axml_tf.data_prep.tokenization import tokenized, tokenized_from_spool
from axml_tf.data_prep.vocabulary import WordCounter
from axml_tf.data_prep.word_spool import WordSpool
from axml_tf.data_prep.writer import SplitWriter
from axml_tf.dataset import dataset_info
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.tokenizer import TOKENIZER_VERSION, Tokenizer
from axml_tf.formats import schema
from axml_tf.storage.files import atomic_directory

_LIBRARIES = ("tensorflow", "tensorflow-text", "numpy")


def prepare(
    config: PrepareConfig,
    reader: Reader[Document] | XmcSparseReader | None = None,
) -> PreparedData:
    """Prepares a data set and prints what is in it.

    What it writes stands in `axml_tf/dataset/dataset_info.py`.

    Args:
        config: what to read, how, and where to.
        reader: gives the raw documents; None for that of `config.input_dir`.

    Returns:
        The prepared data, in `config.output_dir`.

    Raises:
        UserError: the input is missing or malformed, or the output exists.
    """
    start = time.monotonic()
    reader = open_reader(config) if reader is None else reader
    if isinstance(reader, XmcSparseReader):
        return prepare_sparse(config, reader)
    raw = RawSplits(reader, config)
    with (
        atomic_directory(config.output_dir, config.overwrite) as output_dir,
        WordSpool(output_dir) as spool,
    ):
        words, label_counts = _count(raw, spool)
        vocabulary = words.vocabulary(config.max_vocab_size, config.min_count)
        del words
        vocabulary.write(output_dir / dataset_info.VOCABULARY_FILE)
        labels = Labels(label_counts)
        writers = _write_splits(raw, spool, labels, output_dir)
        labels.write(output_dir / dataset_info.LABELS_FILE)
        coverage = embedding_dim = None
        if config.embeddings:
            vectors, coverage = build_embeddings(
                config.embeddings, vocabulary, config.seed
            )
            embedding_dim = vectors.shape[1]
            _write_array(output_dir / dataset_info.EMBEDDINGS_FILE, vectors)
        DatasetInfo(
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
            tokenizer_version=TOKENIZER_VERSION,
            versions=origin.versions(_LIBRARIES),
        ).save(output_dir)
        if raw.skipped is not None:
            raw.skipped.write(output_dir)
    data = PreparedData(config.output_dir)
    unseen = {name: len(w.truth.unseen_labels) for name, w in writers.items()}
    preparation_report.report(
        data.info, unseen, coverage, time.monotonic() - start
    )
    if raw.skipped is not None:
        print(raw.skipped.report())
    return data


def _count(
    raw: RawSplits[Document], spool: WordSpool
) -> tuple[WordCounter, collections.Counter[str]]:
    """First pass: words and labels of the training documents."""
    words = WordCounter()
    label_counts = collections.Counter[str]()
    split = functools.partial(split_batch, max_length=raw.config.max_length)
    documents = raw.documents("train", "count train")
    for batch, batch_words in map_batches(split, documents):
        words.update(batch_words)
        spool.write(batch_words)
        label_counts.update(
            label for document in batch for label in document.labels
        )
    raw.check_any_label(label_counts)
    return words, label_counts


def _write_splits(
    raw: RawSplits[Document],
    spool: WordSpool,
    labels: Labels,
    output_dir: Path,
) -> dict[str, SplitWriter]:
    """Second pass: writes the records of every split."""
    config = raw.config
    tokenizer = Tokenizer(
        output_dir / dataset_info.VOCABULARY_FILE, config.max_length
    )
    writers = {}
    with contextlib.ExitStack() as stack:
        for name in raw.names:
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
            documents = raw.documents(split, f"write {split}")
            for document, token_ids, num_words in (
                tokenized_from_spool(tokenizer, documents, spool)
                if split == "train"
                else tokenized(tokenizer, documents)
            ):
                label_ids = labels.ids(document.labels)
                writer.write(document, token_ids, num_words, label_ids)
    raw.check_not_empty(
        {name: writer.truth.num_documents for name, writer in writers.items()}
    )
    return writers


def _write_array(path: Path, array: np.ndarray) -> None:
    with open(path, "wb") as file:
        header = np.lib.format.header_data_from_array_1_0(array)
        np.lib.format.write_array_header_1_0(file, header)
        # `np.save` does not say why it could not write.
        file.write(array.data)


def _fingerprint(output_dir: Path, max_length: int) -> str:
    digest = hashlib.sha256()
    for name in (dataset_info.VOCABULARY_FILE, dataset_info.LABELS_FILE):
        digest.update((output_dir / name).read_bytes())
    digest.update(f"{TOKENIZER_VERSION} {max_length}".encode())
    return digest.hexdigest()[:16]
