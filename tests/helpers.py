"""What tests of several files share: plain loops and small data sets."""

import contextlib
import json
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from tensorflow.python.framework import op_callbacks

from axml_tf.data_prep.generated_corpus import write_generated_corpus
from axml_tf.data_prep.prepare import prepare
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.dataset import tokenizer
from axml_tf.dataset.dataset_info import (
    FORMAT_VERSION,
    DatasetInfo,
    SplitInfo,
)
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.formats import schema
from axml_tf.training.distribution import make_strategy

# (id, token ids, label ids)
Record = tuple[str, list[int], list[int]]


def mask_of(lengths, tokens: int) -> np.ndarray:
    """True where a document of that length has a token."""
    return np.arange(tokens) < np.asarray(lengths)[:, None]


def attend_in_a_loop(label_vectors, keys, values, mask) -> np.ndarray:
    """Equation 4 as it stands in the paper, one weight at a time."""
    batch, num_labels = len(keys), len(label_vectors)
    output = np.zeros((batch, num_labels, values.shape[2]))
    for document in range(batch):
        places = np.flatnonzero(mask[document])
        for label in range(num_labels):
            weights = [
                np.exp(np.dot(keys[document, i], label_vectors[label]))
                for i in places
            ]
            for weight, i in zip(weights, places, strict=True):
                share = weight / sum(weights)
                output[document, label] += share * values[document, i]
    return output


def set_random_weights(layer, seed: int = 0, scale: float = 0.5) -> None:
    """Gives every weight a value of its own, biases too."""
    rng = np.random.default_rng(seed)
    layer.set_weights(
        [rng.normal(0, scale, w.shape).astype("float32") for w in layer.weights]
    )


def write_records(
    path: str | os.PathLike, records: list[Record], compression: str = ""
) -> None:
    """Writes one shard."""
    with tf.io.TFRecordWriter(os.fspath(path), compression) as writer:
        for name, token_ids, label_ids in records:
            writer.write(
                schema.encode(
                    name.encode(),
                    " ".join(f"word{i}" for i in token_ids).encode(),
                    token_ids,
                    label_ids,
                )
            )


def write_dataset(
    folder: Path,
    splits: dict[str, list[list[Record]]],
    compression: str = "",
    **fields,
) -> PreparedData:
    """Writes records, one list per shard, and what describes them.

    Args:
        folder: made when missing.
        splits: the shards of each split.
        compression: of the records.
        fields: of `DatasetInfo`, where another value is wanted.

    Returns:
        The prepared data.
    """
    folder.mkdir(exist_ok=True)
    described = {}
    for split, shards in splits.items():
        names = tuple(
            f"{split}-{index:05d}.tfrecord" for index in range(len(shards))
        )
        for name, records in zip(names, shards, strict=True):
            write_records(folder / name, records, compression)
        described[split] = SplitInfo(
            num_documents=sum(map(len, shards)),
            num_words=0,
            num_labels=0,
            num_truncated=0,
            num_without_labels=0,
            num_unseen_labels=0,
            length_percentiles=_length_percentiles(shards),
            shards=names,
        )
    values = {
        "vocab_size": 50,
        "num_distinct_words": 48,
        "num_labels": 6,
        "num_unseen_labels": 0,
        "max_length": 500,
        "embedding_dim": None,
        "embedding_coverage": None,
        "fingerprint": "f00d",
    }
    info = DatasetInfo(
        **{**values, **fields},
        compression=compression,
        splits=described,
        format_version=FORMAT_VERSION,
        schema_version=schema.SCHEMA_VERSION,
        tokenizer_version=tokenizer.TOKENIZER_VERSION,
        versions={},
    )
    info.save(folder)
    words = ["<pad>", "<unk>", *(f"word{i}" for i in range(2, info.vocab_size))]
    (folder / "vocab.txt").write_text("".join(f"{word}\n" for word in words))
    if not (folder / "labels.txt").exists():
        num_labels = info.num_labels + info.num_unseen_labels
        labels = [f"label {i}\t{10 + i}\n" for i in range(num_labels)]
        (folder / "labels.txt").write_text("".join(labels))
    return PreparedData(folder)


def _length_percentiles(shards: list[list[Record]]) -> tuple[int, ...]:
    lengths = sorted(len(tokens) for shard in shards for _, tokens, _ in shard)
    if not lengths:
        return ()
    places = [-(-len(lengths) * percent // 100) for percent in range(101)]
    return tuple(lengths[max(place - 1, 0)] for place in places)


def random_records(
    count: int, seed: int = 0, longest: int = 24, prefix: str = "d"
) -> list[Record]:
    """Documents of random words and labels that `write_dataset` fits."""
    rng = np.random.default_rng(seed)
    return [
        (
            f"{prefix}{index}",
            rng.integers(2, 50, rng.integers(1, longest + 1)).tolist(),
            sorted(rng.choice(6, rng.integers(1, 4), replace=False).tolist()),
        )
        for index in range(count)
    ]


@contextlib.contextmanager
def recorded_shapes():
    """A set that fills with the shapes of all that is computed, eagerly."""
    shapes = set()

    def record(op_type, inputs, attrs, outputs, *_, **__):
        shapes.update(tuple(output.shape) for output in outputs)

    op_callbacks.add_op_callback(record)
    try:
        yield shapes
    finally:
        op_callbacks.remove_op_callback(record)


@contextlib.contextmanager
def two_replicas():
    """A MirroredStrategy over two logical CPUs; its scope is entered."""
    strategy = make_strategy(2)
    with strategy.scope():
        yield strategy


class Generated(NamedTuple):
    """A prepared corpus whose labels are planted by known words.

    Attributes:
        data: the prepared data.
        words: the vocabulary, by id.
        triggers: ids of the words that stand for each label, by label id.
    """

    data: PreparedData
    words: list[str]
    triggers: list[set[int]]


def generate(folder: Path, **options) -> Generated:
    """Makes and prepares a generated corpus.

    Args:
        folder: where to.
        options: of `write_generated_corpus`.
    """
    raw_dir, data_dir = folder / "raw", folder / "data"
    write_generated_corpus(raw_dir, **options)
    data = prepare(PrepareConfig(raw_dir, data_dir, num_shards=3))
    words = data.vocabulary_path.read_text().splitlines()
    ids = {word: index for index, word in enumerate(words)}
    planted = json.loads((raw_dir / "triggers.json").read_text())
    triggers = [
        {ids[word] for word in planted[name]} for name in data.all_label_names
    ]
    return Generated(data, words, triggers)
