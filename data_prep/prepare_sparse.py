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
from axml_tf.data_prep.skipped_records import SkippedRecords
from axml_tf.data_prep.splits import (
    check_any_label,
    check_not_empty,
    split_documents,
)
from axml_tf.dataset import dataset_info, sparse_features
from axml_tf.dataset import tokenizer as text
from axml_tf.dataset.dataset_info import DatasetInfo, SplitInfo
from axml_tf.formats import schema
from axml_tf.storage.files import atomic_directory

_LIBRARIES = ("numpy", "scipy")


def prepare_sparse(
    config: PrepareConfig,
    reader: XmcSparseReader,
    skipped: SkippedRecords | None,
) -> DatasetInfo:
    """Prepares a data set of word counts and prints what is in it.

    Memory grows with the values of the largest split, eight bytes each.

    Args:
        config: what to read, how, and where to. What it says of words, their
            vectors excepted, has no meaning here.
        reader: reads `config.input_dir`.
        skipped: takes the records that cannot be read; without it the first
            one is an error.

    Returns:
        The description that was written as dataset.json.

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
    splits = reader.splits()
    num_features = reader.num_features()
    labels = Labels(_count_labels(reader, splits, config, skipped))
    with atomic_directory(config.output_dir, config.overwrite) as output_dir:
        infos = {}
        seen = np.zeros(num_features, bool)
        for split in config.output_splits(splits):
            documents = split_documents(
                reader, split, splits, config, skipped, f"write {split}"
            )
            infos[split], features = _write_split(
                output_dir, split, documents, labels, num_features
            )
            if split == "train":
                seen[features.indices] = True
            print(_split_line(split, infos[split], features.nnz))
        check_not_empty(
            {name: info.num_documents for name, info in infos.items()}, config
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
            tokenizer_version=text.TOKENIZER_VERSION,
            versions=origin.versions(_LIBRARIES),
        )
        info.save(output_dir)
        if skipped is not None:
            skipped.write(output_dir)
    print(
        f"{info.num_labels:,} labels, {num_features:,} features, "
        f"{info.num_distinct_words:,} of them in training; "
        f"{time.monotonic() - start:.0f} s. There is no text: this set is "
        "for the sparse systems only."
    )
    if skipped is not None:
        print(skipped.report())
    return info


def _count_labels(
    reader: XmcSparseReader,
    splits: list[str],
    config: PrepareConfig,
    skipped: SkippedRecords | None,
) -> collections.Counter:
    """First pass: training documents of each label."""
    documents = split_documents(
        reader, "train", splits, config, skipped, "count train"
    )
    counts = collections.Counter(
        label for document in documents for label in document.labels
    )
    check_any_label(counts, config, skipped)
    return counts


def _write_split(
    output_dir: Path,
    split: str,
    documents: Iterator[SparseDocument],
    labels: Labels,
    num_features: int,
) -> tuple[SplitInfo, scipy.sparse.csr_matrix]:
    """Writes true labels and features of a split."""
    values, columns = array.array("f"), array.array("i")
    ends = array.array("q", [0])
    num_labels = num_without_labels = num_unseen = 0
    path = dataset_info.true_labels_path(output_dir, split)
    with open(path, "w", encoding="utf-8", newline="\n") as truth:
        for document in documents:
            label_ids = labels.ids(document.labels)
            truth.write(f"{document.id}\t{' '.join(map(str, label_ids))}\n")
            num_labels += len(label_ids)
            num_without_labels += not label_ids
            num_unseen += sum(i >= labels.num_seen for i in label_ids)
            values.frombytes(document.values.tobytes())
            columns.frombytes(document.features.tobytes())
            ends.append(len(values))
    num_documents = len(ends) - 1
    features = scipy.sparse.csr_matrix(
        (
            np.frombuffer(values, np.float32),
            np.frombuffer(columns, np.int32),
            np.frombuffer(ends, np.int64),
        ),
        shape=(num_documents, num_features),
    )
    sparse_features.write(output_dir, split, features)
    info = SplitInfo(
        num_documents=num_documents,
        num_words=0,
        num_labels=num_labels,
        num_truncated=0,
        num_without_labels=num_without_labels,
        num_unseen_labels=num_unseen,
        length_percentiles=(),
        shards=(),
    )
    return info, features


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
