"""Makes tf-idf features of a prepared data set, for the sparse systems.

A feature is a word of the whole text, split and lower-cased as for the neural
models. Its value is

    (1 + log(times in the document)) * (1 + log((1 + N) / (1 + n)))

for `n` of `N` training documents that have it; rows have length 1. A document
of unknown words only has an empty row.

Texts are read in batches. Memory holds every training word once, and arrays
of numbers: at most some 70 bytes for each different word of each document of
a split.
"""

import sys
from collections.abc import Callable, Iterator

import numpy as np
import scipy.sparse
import tensorflow as tf
from tqdm import tqdm

from axml_tf.console.errors import UserError
from axml_tf.data_prep.batch_words import BatchWords, split_batch
from axml_tf.data_prep.batches import map_batches
from axml_tf.data_prep.record_texts import read_documents
from axml_tf.dataset import repository_form, sparse_features, tokenizer
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.storage.files import atomic_file

FEATURES_FILE = "features.txt"

_WHOLE_TEXT = np.iinfo(np.int32).max
_UNKNOWN = -1


def write_sparse_features(
    data: PreparedData, *, min_documents: int, text_form: bool
) -> None:
    """Writes SPLIT.features.npz for every split, and features.txt.

    `axml_tf/dataset/sparse_features.py` says what stands in the former. The
    latter has a line for every column, most frequent word first: the word,
    a tab, and the number of training documents that have it.

    Args:
        data: prepared from texts.
        min_documents: fewest training documents of a feature's word.
        text_form: whether SPLIT.features.txt is written too, in the form of
            `axml_tf/dataset/repository_form.py`.

    Raises:
        UserError: the records are missing or damaged, or no word stands in
            as many documents.
    """
    info = data.info
    if not info.split("train").shards:
        raise UserError(
            f"{data.folder} has no texts: it was prepared from features, "
            "which it has already."
        )
    found: dict[bytes, int] = {}
    train_counts = _count_words(
        data, "train", lambda word: found.setdefault(word, len(found))
    )
    document_counts = np.bincount(train_counts.indices, minlength=len(found))
    words = list(found)
    kept = _most_frequent_first(words, document_counts, min_documents)
    if not kept:
        raise UserError(
            f"No word stands in {min_documents} training documents of "
            f"{data.folder}. Lower --min_documents."
        )
    words = [words[column] for column in kept]
    document_counts = document_counts[kept]
    columns = {word: column for column, word in enumerate(words)}
    idf = inverse_document_frequencies(document_counts, train_counts.shape[0])
    train_counts = train_counts[:, kept]
    for split in info.splits:
        counts = (
            train_counts
            if split == "train"
            else _count_words(
                data, split, lambda word: columns.get(word, _UNKNOWN)
            )
        )
        counts.resize(counts.shape[0], len(words))
        matrix = tf_idf(counts, idf)
        sparse_features.write(data.folder, split, matrix)
        if text_form:
            repository_form.write(
                data.folder / f"{split}.features.txt",
                matrix,
                (labels for _, labels in data.true_labels(split)),
                info.num_labels + info.num_unseen_labels,
            )
        print(_description(split, matrix))
    with (
        atomic_file(data.folder / FEATURES_FILE) as temporary,
        open(temporary, "wb") as file,
    ):
        for word, count in zip(words, document_counts, strict=True):
            file.write(b"%s\t%d\n" % (word, count))


def inverse_document_frequencies(
    document_counts: np.ndarray, num_documents: int
) -> np.ndarray:
    """Weights of words, `1 + log((1 + N) / (1 + n))`.

    Args:
        document_counts: `(words,)`, training documents that have each word.
        num_documents: training documents.

    Returns:
        float64 `(words,)`, at least 1.
    """
    return 1 + np.log((1 + num_documents) / (1 + document_counts))


def tf_idf(
    counts: scipy.sparse.csr_matrix, idf: np.ndarray
) -> scipy.sparse.csr_matrix:
    """Rows of length 1 from counts of words; empty rows stay empty.

    Args:
        counts: `(documents, words)`, above 0 where there is an entry.
        idf: `(words,)`, weights of the words.

    Returns:
        float32 matrix of the same entries.
    """
    values = (1 + np.log(counts.data)) * idf[counts.indices]
    return sparse_features.unit_rows(
        scipy.sparse.csr_matrix(
            (values, counts.indices, counts.indptr), counts.shape
        )
    )


def _count_words(
    data: PreparedData, split: str, column_of: Callable[[bytes], int]
) -> scipy.sparse.csr_matrix:
    """How often each word stands in each document.

    Args:
        data: prepared from texts.
        split: name of the split.
        column_of: column of a word in lower case; `_UNKNOWN` for a word that
            is not counted.

    Returns:
        int32 `(documents, highest column + 1)`, in the order of
        SPLIT.labels.txt.
    """
    parts = [scipy.sparse.csr_matrix((0, 0), dtype=np.int32)]
    for batch in _split_texts(data, split):
        words = tokenizer.normalize_words(tf.constant(batch.words, tf.string))
        columns = np.array([column_of(w) for w in words.numpy()], np.int32)
        parts.append(_batch_counts(batch, columns))
    num_columns = max(part.shape[1] for part in parts)
    for part in parts:
        part.resize(part.shape[0], num_columns)
    return scipy.sparse.vstack(parts, "csr")


def _batch_counts(
    batch: BatchWords, columns: np.ndarray
) -> scipy.sparse.csr_matrix:
    at = columns[batch.positions]
    rows = np.repeat(np.arange(len(batch.num_words)), batch.num_words)
    known = at != _UNKNOWN
    counts = scipy.sparse.csr_matrix(
        (np.ones(known.sum(), np.int32), (rows[known], at[known])),
        (len(batch.num_words), max(columns, default=_UNKNOWN) + 1),
    )
    counts.sum_duplicates()
    return counts


def _split_texts(data: PreparedData, split: str) -> Iterator[BatchWords]:
    """Words of the texts, in the order of SPLIT.labels.txt."""
    progress = tqdm(
        read_documents(data, split),
        desc=f"words of {split}",
        total=data.info.split(split).num_documents,
        unit=" docs",
        # Into a log, not a terminal, goes a line now and then.
        mininterval=0.5 if sys.stderr.isatty() else 30.0,
    )
    for _, batch in map_batches(
        lambda texts: split_batch(texts, _WHOLE_TEXT), progress
    ):
        yield batch


def _most_frequent_first(
    words: list[bytes], document_counts: np.ndarray, min_documents: int
) -> list[int]:
    """Places of the words that are kept; ties in order of their bytes."""
    kept = np.flatnonzero(document_counts >= min_documents).tolist()
    return sorted(
        kept, key=lambda place: (-document_counts[place], words[place])
    )


def _description(split: str, matrix: scipy.sparse.csr_matrix) -> str:
    num_documents, num_features = matrix.shape
    lengths = np.diff(matrix.indptr)
    mean = lengths.mean() if num_documents else 0.0
    return (
        f"{split}: {num_documents:,} documents, {num_features:,} features, "
        f"{mean:.1f} a document, {np.sum(lengths == 0):,} documents without"
    )
