"""A prepared folder of random documents whose lengths are given."""

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.writer import SplitWriter
from axml_tf.dataset import tokenizer
from axml_tf.dataset.dataset_info import (
    FORMAT_VERSION,
    LABELS_FILE,
    VOCABULARY_FILE,
    DatasetInfo,
)
from axml_tf.dataset.input_pipeline import Batching
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.formats import schema
from axml_tf.runs.training_config import TrainingConfig
from benchmarks.sizes import Size

_NUM_SHARDS = 8  # As axml-prepare makes by default.


def training_batching(size: Size) -> Batching:
    """Batches of a size, shuffled as axml-train does by default."""
    return Batching(
        size.batch,
        size.tokens,
        shuffle_buffer=TrainingConfig().shuffle_buffer,
    )


def write_random_documents(
    folder: str | os.PathLike, lengths: Iterable[int], size: Size
) -> PreparedData:
    """Writes a train split of random words and labels, and their names.

    Args:
        folder: which is there.
        lengths: words of each document, at most `size.tokens`.
        size: its vocabulary, labels and longest document.

    Returns:
        The folder, which training can read.
    """
    rng = np.random.default_rng(0)
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
        VOCABULARY_FILE: [f"w{i}" for i in range(size.vocab_size)],
        LABELS_FILE: [f"label {i}\t1" for i in range(size.num_labels)],
    }
    for name, lines in names.items():
        Path(folder, name).write_text("".join(f"{x}\n" for x in lines))
    DatasetInfo(
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
        format_version=FORMAT_VERSION,
        schema_version=schema.SCHEMA_VERSION,
        tokenizer_version=tokenizer.TOKENIZER_VERSION,
        versions={},
    ).save(folder)
    return PreparedData(folder)
