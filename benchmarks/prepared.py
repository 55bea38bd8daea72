"""A prepared folder of random documents whose lengths are given."""

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.writer import SplitWriter
from axml_tf.dataset import dataset_info
from axml_tf.dataset import tokenizer as text
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.formats import schema
from benchmarks.sizes import Size

_NUM_SHARDS = 8  # As axml-prepare makes by default.


def write_random_documents(
    folder: str | os.PathLike,
    lengths: Iterable[int],
    size: Size,
    seed: int = 0,
) -> DatasetInfo:
    """Writes a train split of random words and labels, and their names.

    Args:
        folder: which is there.
        lengths: words of each document, at most `size.tokens`.
        size: its vocabulary, labels and longest document.
        seed: of words and labels.

    Returns:
        What `training_batches` needs to know of it.
    """
    rng = np.random.default_rng(seed)
    with SplitWriter(
        folder,
        "train",
        num_shards=_NUM_SHARDS,
        compression="",
        max_length=size.tokens,
        num_seen_labels=size.num_labels,
    ) as writer:
        for index, length in enumerate(lengths):
            label_ids = rng.choice(
                size.num_labels, size.labels_per_document, replace=False
            )
            writer.write(
                # As many bytes as words of a language would take.
                Document(str(index), b"random " * length, ()),
                rng.integers(2, size.vocab_size, length).tolist(),
                length,
                sorted(label_ids.tolist()),
            )
    names = {
        dataset_info.VOCABULARY_FILE: [f"w{i}" for i in range(size.vocab_size)],
        dataset_info.LABELS_FILE: [
            f"label {i}\t1" for i in range(size.num_labels)
        ],
    }
    for name, lines in names.items():
        Path(folder, name).write_text("".join(f"{x}\n" for x in lines))
    return DatasetInfo(
        vocab_size=size.vocab_size,
        num_distinct_words=size.vocab_size,
        num_labels=size.num_labels,
        num_unseen_labels=0,
        max_length=size.tokens,
        embedding_dim=None,
        embedding_coverage=None,
        compression="",
        splits={"train": writer.info()},
        fingerprint="",
        format_version=dataset_info.FORMAT_VERSION,
        schema_version=schema.SCHEMA_VERSION,
        tokenizer_version=text.TOKENIZER_VERSION,
        versions={},
    )
