"""Prepares a set of which only word counts are published, no text.

What it writes is a prepared folder without words: labels.txt, dataset.json
and, for every split, SPLIT.labels.txt and SPLIT.features.npz. `vocab_size` in
dataset.json is the number of features; no split has shards, lengths or words.
The sparse systems are trained on it; `axml_tf/dataset/shards.py` tells a
neural one why it cannot be.
"""

import array
import collections
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import scipy.sparse

from axml_tf.console import origin
from axml_tf.console.errors import UserError
from axml_tf.data_prep.labels import Labels
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.data_prep.readers.xmc_sparse import SparseDocument, XmcSparseReader
from axml_tf.data_prep.splits import RawSplits
from axml_tf.data_prep.true_labels import TrueLabelsWriter
from axml_tf.dataset import dataset_info, sparse_features
from axml_tf.dataset.dataset_info import DatasetInfo, SplitInfo
from axml_tf.dataset.prepared_data import PreparedData, true_labels_path
from axml_tf.dataset.tokenizer import TOKENIZER_VERSION
from axml_tf.formats import schema
from axml_tf.storage.files import atomic_directory

_LIBRARIES = ("numpy", "scipy")


def prepare_sparse(
    config: PrepareConfig, reader: XmcSparseReader
) -> PreparedData:
    """Prepares a data set of word counts and prints what is in it.

    Memory grows with the values of the largest split, eight bytes each.

    Args:
        config: what to read, how, and where to. What it says of words, their
            vectors excepted, has no meaning here.
        reader: gives the raw documents.

    Returns:
        The prepared data, in `config.output_dir`.

    Raises:
        UserError: the input is malformed, word vectors are asked for, or the
            output exists.
    """
    if config.embeddings:
        raise UserError(
            f"--format={config.format} has word counts only, no words that "
            "could have vectors. Leave out --embeddings."
        )
    start = time.monotonic()
    num_features = reader.num_features()
    raw = RawSplits(reader, config)
    labels = Labels(_count_labels(raw))
    with atomic_directory(config.output_dir, config.overwrite) as output_dir:
        infos = {}
        seen = np.zeros(num_features, bool)
        for split in raw.names:
            path = true_labels_path(output_dir, split)
            with TrueLabelsWriter(path, labels.num_seen) as truth:
                documents = raw.documents(split, f"write {split}")
                features = _write_labels(documents, labels, truth, num_features)
            sparse_features.write(output_dir, split, features)
            if split == "train":
                seen[features.indices] = True
            infos[split] = _split_info(truth)
            print(_split_line(split, infos[split], features.nnz))
        raw.check_not_empty(
            {name: info.num_documents for name, info in infos.items()}
        )
        labels.write(output_dir / dataset_info.LABELS_FILE)
        info = DatasetInfo(
            vocab_size=num_features,
            num_distinct_words=int(seen.sum()),
            num_labels=labels.num_seen,
            num_unseen_labels=len(labels) - labels.num_seen,
            max_length=0,
            embedding_dim=None,
            embedding_coverage=None,
            compression="",
            splits=infos,
            fingerprint=_fingerprint(output_dir, num_features),
            format_version=dataset_info.FORMAT_VERSION,
            schema_version=schema.SCHEMA_VERSION,
            tokenizer_version=TOKENIZER_VERSION,
            versions=origin.versions(_LIBRARIES),
        )
        info.save(output_dir)
        if raw.skipped is not None:
            raw.skipped.write(output_dir)
    print(
        f"{info.num_labels:,} labels, {num_features:,} features, "
        f"{info.num_distinct_words:,} of them in training; "
        f"{time.monotonic() - start:.0f} s. There is no text: this set is "
        "for the sparse systems only."
    )
    if raw.skipped is not None:
        print(raw.skipped.report())
    return PreparedData(config.output_dir)


def _count_labels(
    raw: RawSplits[SparseDocument],
) -> collections.Counter[str]:
    """First pass: training documents of each label."""
    counts = collections.Counter(
        label
        for document in raw.documents("train", "count train")
        for label in document.labels
    )
    raw.check_any_label(counts)
    return counts


def _write_labels(
    documents: Iterator[SparseDocument],
    labels: Labels,
    truth: TrueLabelsWriter,
    num_features: int,
) -> scipy.sparse.csr_matrix:
    """Writes the true labels of documents, and gives their features.

    Returns:
        float32 `(documents, num_features)`.
    """
    values, columns = array.array("f"), array.array("i")
    ends = array.array("q", [0])
    for document in documents:
        truth.write(document, labels.ids(document.labels))
        values.frombytes(document.values.tobytes())
        columns.frombytes(document.features.tobytes())
        ends.append(len(values))
    return scipy.sparse.csr_matrix(
        (
            np.frombuffer(values, np.float32),
            np.frombuffer(columns, np.int32),
            np.frombuffer(ends, np.int64),
        ),
        shape=(len(ends) - 1, num_features),
    )


def _split_info(truth: TrueLabelsWriter) -> SplitInfo:
    return SplitInfo(
        num_documents=truth.num_documents,
        num_words=0,
        num_labels=truth.num_labels,
        num_truncated=0,
        num_without_labels=truth.num_without_labels,
        num_unseen_labels=truth.num_unseen_labels,
        length_percentiles=(),
        shards=(),
    )


def _split_line(split: str, info: SplitInfo, num_values: int) -> str:
    num_documents = max(info.num_documents, 1)
    return (
        f"{split}: {info.num_documents:,} documents, "
        f"{num_values / num_documents:.1f} features and "
        f"{info.num_labels / num_documents:.2f} labels each, "
        f"{info.num_without_labels:,} without labels; "
        f"{info.num_unseen_labels:,} label occurrences are not in training"
    )


def _fingerprint(output_dir: str | os.PathLike, num_features: int) -> str:
    names = Path(output_dir, dataset_info.LABELS_FILE).read_bytes()
    digest = hashlib.sha256(names)
    digest.update(f"{num_features} features".encode())
    return digest.hexdigest()[:16]
