"""From record shards to batches of one of a few lengths."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

from axml_tf import schema
from axml_tf.config import TrainingConfig
from axml_tf.dataset_info import DatasetInfo, SplitInfo
from axml_tf.errors import UserError
from axml_tf.length_buckets import bucket_lengths

_PADDING = {
    "id": "",
    "token_ids": schema.PAD_ID,
    "label_ids": -1,
    "weight": 0.0,
}


def training_batches(
    data_dir: str | os.PathLike,
    info: DatasetInfo,
    config: TrainingConfig,
    epoch: int,
) -> tf.data.Dataset:
    """One epoch of training batches, in an order fixed by seed and epoch.

    Args:
        data_dir: folder of the prepared data.
        info: its description.
        config: batch size, length, buffer and seed.
        epoch: number of the epoch; each has its own order.

    Returns:
        Dataset of dictionaries: `token_ids` int32 `(batch_size, tokens)`
        padded with 0, `label_ids` int32 `(batch_size, most labels)` padded
        with -1, `weight` float32 `(batch_size,)`, 0 for rows that no
        document fills, and `id` string `(batch_size,)`.
    """
    paths = shard_paths(data_dir, info, "train")
    file_seed, record_seed = np.random.SeedSequence(
        [config.seed, epoch]
    ).generate_state(2)
    files = tf.data.Dataset.from_tensor_slices(paths)
    files = files.shuffle(len(paths), seed=int(file_seed))
    records = files.interleave(
        lambda path: _read(path, info), cycle_length=len(paths)
    )
    records = records.shuffle(config.shuffle_buffer, seed=int(record_seed))
    max_length = min(config.max_length, info.max_length)
    return _batches(records, info.split("train"), config.batch_size, max_length)


def evaluation_batches(
    data_dir: str | os.PathLike,
    info: DatasetInfo,
    split: str,
    batch_size: int,
    max_length: int,
) -> tf.data.Dataset:
    """Every document of a split once, as `training_batches` gives them."""
    records = tf.data.Dataset.from_tensor_slices(
        shard_paths(data_dir, info, split)
    ).flat_map(lambda path: _read(path, info))
    max_length = min(max_length, info.max_length)
    return _batches(records, info.split(split), batch_size, max_length)


def shard_paths(
    data_dir: str | os.PathLike, info: DatasetInfo, split: str
) -> list[str]:
    """Paths of a split's records.

    Raises:
        UserError: a shard is missing, or the data set has no text.
    """
    paths = [Path(data_dir, name) for name in info.split(split).shards]
    if not paths:
        raise UserError(
            f"{data_dir} has word counts only, no text: it can train parabel "
            "and one_vs_rest (python -m axml_tf.baselines.run), not a neural "
            "model."
        )
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise UserError(
            f"{len(missing)} of {len(paths)} record files are missing, "
            f"{missing[0]} among them. Prepare the data again."
        )
    return [str(path) for path in paths]


def guarded(
    dataset: tf.data.Dataset,
    data_dir: str | os.PathLike,
    info: DatasetInfo,
    split: str,
) -> Iterator:
    """Iterates over a dataset; a damaged shard is named.

    Raises:
        UserError: a record cannot be read.
    """
    try:
        yield from dataset
    except (tf.errors.DataLossError, tf.errors.InvalidArgumentError) as error:
        for path in shard_paths(data_dir, info, split):
            _check_shard(path, info)
        raise UserError(
            f"A record of the {split} split cannot be read: {error.message}. "
            "Prepare the data again."
        ) from error


def check_count(num_documents: int, info: DatasetInfo, split: str) -> None:
    """Checks that a whole split has been read.

    A shard that is cut off between two records, or right behind one, looks
    to its reader like one that is complete.

    Raises:
        UserError: there were fewer documents than were prepared, or more.
    """
    expected = info.split(split).num_documents
    if num_documents != expected:
        raise UserError(
            f"The records of the {split} split hold {num_documents:,} "
            f"documents, dataset.json says {expected:,}: a shard is cut "
            "short. Prepare the data again."
        )


def _check_shard(path: str, info: DatasetInfo) -> None:
    count = 0
    try:
        for _ in _read(path, info).map(schema.parse):
            count += 1
    except (tf.errors.DataLossError, tf.errors.InvalidArgumentError) as error:
        raise UserError(
            f"{path} is damaged after record {count}. Prepare the data again."
        ) from error


def _read(path: tf.Tensor, info: DatasetInfo) -> tf.data.Dataset:
    return tf.data.TFRecordDataset(path, compression_type=info.compression)


def _batches(
    records: tf.data.Dataset,
    split: SplitInfo,
    batch_size: int,
    max_length: int,
) -> tf.data.Dataset:
    documents = records.map(
        lambda record: _parse(record, max_length),
        num_parallel_calls=tf.data.AUTOTUNE,
    )
    lengths = bucket_lengths(split.length_percentiles, max_length)
    if lengths[-1] < max_length:
        # Empty, unless a record is longer than dataset.json says.
        lengths.append(max_length)
    batches = documents.bucket_by_sequence_length(
        lambda document: tf.shape(document["token_ids"])[0],
        # A boundary is the first length that no longer fits.
        bucket_boundaries=[length + 1 for length in lengths],
        bucket_batch_sizes=[batch_size] * (len(lengths) + 1),
        padding_values=_PADDING,
    ).map(
        lambda batch: _fill_up(batch, batch_size, lengths),
        num_parallel_calls=tf.data.AUTOTUNE,
    )
    options = tf.data.Options()
    # The order is part of what a seed fixes.
    options.deterministic = True
    # The tuner's thread sleeps for seconds and is waited for when an epoch
    # ends. Without it AUTOTUNE means all cores, which is no slower.
    options.autotune.enabled = False
    # Split by documents, not by files, when several workers share the work.
    options.experimental_distribute.auto_shard_policy = (
        tf.data.experimental.AutoShardPolicy.DATA
    )
    return batches.with_options(options).prefetch(tf.data.AUTOTUNE)


def _parse(record: tf.Tensor, max_length: int) -> dict[str, tf.Tensor]:
    document = schema.parse(record)
    document["token_ids"] = document["token_ids"][:max_length]
    document["weight"] = tf.ones([])
    return document


def _fill_up(
    batch: dict[str, tf.Tensor], batch_size: int, lengths: list[int]
) -> dict[str, tf.Tensor]:
    """Pads to `batch_size` rows and to the bucket's length in tokens.

    The rows that are added have weight 0: thus every replica always has
    rows, and the number of traced shapes is the number of lengths.
    """
    num_tokens = tf.shape(batch["token_ids"])[1]
    length = tf.gather(lengths, tf.searchsorted(lengths, [num_tokens])[0])
    missing_tokens = [[0, 0], [0, length - num_tokens]]
    batch["token_ids"] = tf.pad(
        batch["token_ids"], missing_tokens, constant_values=schema.PAD_ID
    )
    missing_rows = batch_size - tf.shape(batch["weight"])[0]
    filled = {}
    for name, tensor in batch.items():
        rows = [[0, missing_rows]] + [[0, 0]] * (tensor.shape.rank - 1)
        tensor = tf.pad(tensor, rows, constant_values=_PADDING[name])
        shape = [batch_size, *tensor.shape[1:]]
        filled[name] = tf.ensure_shape(tensor, shape)
    return filled
