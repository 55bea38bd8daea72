"""Makes tf-idf features of a prepared data set, for the sparse systems.

    axml-features --data_dir=DATA

Writes SPLIT.features.npz for every split, see
`axml_tf/dataset/sparse_features.py`, and

features.txt            word <TAB> training documents that have it; the line
                        number is its column, most frequent first

A feature is a word of the whole text, split and lower-cased as for the neural
models, that at least `--min_documents` training documents have. Its value is

    (1 + log(times in the document)) * (1 + log((1 + N) / (1 + n)))

for `n` of `N` training documents that have it; rows have length 1. A document
of unknown words only has an empty row.

Texts go by in batches. What stays in memory is every training word once, and
arrays of numbers: at the peak some 70 bytes for each different word of each
document of a split.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import scipy.sparse
import tensorflow as tf
from tqdm import tqdm

from axml_tf.console.errors import UserError
from axml_tf.data_prep.batches import map_batches
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.vocabulary import BatchWords, split_batch
from axml_tf.dataset import dataset_info, repository_form
from axml_tf.dataset import sparse_features as features_file
from axml_tf.dataset import tokenizer as text
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.formats import schema
from axml_tf.storage.files import atomic_file

FEATURES_FILE = "features.txt"

_WHOLE_TEXT = np.iinfo(np.int32).max
_UNKNOWN = -1


def write_sparse_features(
    data_dir: str | os.PathLike, min_documents: int, text_form: bool
) -> None:
    """Writes the features of every split of a prepared data set.

    Args:
        data_dir: folder that axml-prepare made.
        min_documents: fewest training documents of a feature's word.
        text_form: whether SPLIT.features.txt is written too, in the form of
            `axml_tf/dataset/repository_form.py`.

    Raises:
        UserError: the records are missing or damaged, or no word stands in
            as many documents.
    """
    info = DatasetInfo.load(data_dir)
    if not info.split("train").shards:
        raise UserError(
            f"{data_dir} has no texts: it was prepared from features, which "
            "it has already."
        )
    columns = {}
    train_counts = _count_words(
        data_dir, info, "train", lambda w: columns.setdefault(w, len(columns))
    )
    document_counts = np.bincount(train_counts.indices, minlength=len(columns))
    words = list(columns)
    kept = _most_frequent_first(words, document_counts, min_documents)
    if not kept:
        raise UserError(
            f"No word stands in {min_documents} training documents of "
            f"{data_dir}. Lower --min_documents."
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
                data_dir, info, split, lambda w: columns.get(w, _UNKNOWN)
            )
        )
        counts.resize(counts.shape[0], len(words))
        matrix = tf_idf(counts, idf)
        features_file.write(data_dir, split, matrix)
        if text_form:
            _write_text_form(data_dir, info, split, matrix)
        print(_description(split, matrix))
    with (
        atomic_file(Path(data_dir, FEATURES_FILE)) as temporary,
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
    return features_file.unit_rows(
        scipy.sparse.csr_matrix(
            (values, counts.indices, counts.indptr), counts.shape
        )
    )


def _count_words(
    data_dir: str | os.PathLike,
    info: DatasetInfo,
    split: str,
    column_of: Callable[[bytes], int],
) -> scipy.sparse.csr_matrix:
    """How often each word stands in each document.

    Args:
        data_dir: prepared data set.
        info: its description.
        split: name of the split.
        column_of: column of a word in lower case; `_UNKNOWN` to leave it out.

    Returns:
        int32 `(documents, highest column + 1)`, in the order of
        SPLIT.labels.txt.
    """
    parts = [scipy.sparse.csr_matrix((0, 0), dtype=np.int32)]
    for batch in _split_texts(data_dir, info, split):
        words = text.normalize_words(tf.constant(batch.words, tf.string))
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


def _split_texts(
    data_dir: str | os.PathLike, info: DatasetInfo, split: str
) -> Iterator[BatchWords]:
    """Words of the texts, in the order of SPLIT.labels.txt."""
    documents = _read_documents(data_dir, info, split)
    progress = tqdm(
        documents,
        desc=f"words of {split}",
        total=info.split(split).num_documents,
        unit=" docs",
        # Into a log, not a terminal, goes a line now and then.
        mininterval=0.5 if sys.stderr.isatty() else 30.0,
    )
    for _, batch in map_batches(
        lambda texts: split_batch(texts, _WHOLE_TEXT), progress
    ):
        yield batch


def _read_documents(
    data_dir: str | os.PathLike, info: DatasetInfo, split: str
) -> Iterator[Document]:
    """The documents in the order of SPLIT.labels.txt.

    Raises:
        UserError: the records are missing, damaged, or others.
    """
    paths = [Path(data_dir, shard) for shard in info.split(split).shards]
    for path in paths:
        if not path.is_file():
            raise UserError(f"{path} is missing. Prepare the data again.")
    # They were dealt to the shards in turn.
    records = tf.data.Dataset.from_tensor_slices(list(map(str, paths)))
    records = records.interleave(
        lambda path: tf.data.TFRecordDataset(path, info.compression),
        cycle_length=len(paths),
        block_length=1,
    )
    records = records.map(_id_and_text, num_parallel_calls=tf.data.AUTOTUNE)
    names = dataset_info.read_true_labels(data_dir, split)
    damaged = UserError(
        f"The records of the {split} split of {data_dir} are damaged, or not "
        f"those of {dataset_info.true_labels_path(data_dir, split)}. Prepare "
        "the data again."
    )
    try:
        for document_id, content in records.as_numpy_iterator():
            name, _ = next(names, (None, None))
            if name is None or document_id != name.encode():
                raise damaged
            yield Document(name, content, ())
    except (tf.errors.DataLossError, tf.errors.InvalidArgumentError) as error:
        raise damaged from error
    if next(names, None) is not None:
        raise damaged


def _id_and_text(record: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    document = schema.parse(record, with_text=True)
    return document["id"], document["text"]


def _most_frequent_first(
    words: list[bytes], document_counts: np.ndarray, min_documents: int
) -> list[int]:
    """Places of the words that are kept; ties in order of their bytes."""
    kept = np.flatnonzero(document_counts >= min_documents).tolist()
    return sorted(
        kept, key=lambda place: (-document_counts[place], words[place])
    )


def _write_text_form(
    data_dir: str | os.PathLike,
    info: DatasetInfo,
    split: str,
    matrix: scipy.sparse.csr_matrix,
) -> None:
    repository_form.write(
        Path(data_dir, f"{split}.features.txt"),
        matrix,
        (
            labels
            for _, labels in dataset_info.read_true_labels(data_dir, split)
        ),
        info.num_labels + info.num_unseen_labels,
    )


def _description(split: str, matrix: scipy.sparse.csr_matrix) -> str:
    num_documents, num_features = matrix.shape
    lengths = np.diff(matrix.indptr)
    mean = lengths.mean() if num_documents else 0.0
    return (
        f"{split}: {num_documents:,} documents, {num_features:,} features, "
        f"{mean:.1f} a document, {np.sum(lengths == 0):,} documents without"
    )
