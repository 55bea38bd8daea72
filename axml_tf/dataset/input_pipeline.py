"""From record shards to batches of one of a few lengths."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.dataset.bad_records import read_through
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.dataset.documents import (
    WRONG_ID,
    IdLimits,
    id_limits,
    in_range,
    parse_document,
)
from axml_tf.dataset.length_buckets import bucket_lengths
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.shards import read_shard, read_split, shard_paths
from axml_tf.formats import schema

_PADDING = {
    "id": "",
    "token_ids": schema.PAD_ID,
    "label_ids": -1,
    "weight": 0.0,
}
# Until a batch is checked: -1 may stand in a record.
_NO_LABEL = tf.int32.min


class Batching(NamedTuple):
    """How documents become batches.

    Attributes:
        batch_size: rows of a batch.
        max_length: words read of a document, at most those prepared.
        shuffle_buffer: documents held to be shuffled.
        seed: fixes the order, together with the epoch.
        skip: whether bad records are skipped; `bad_records.py` says which.
    """

    batch_size: int
    max_length: int
    shuffle_buffer: int = 1
    seed: int = 0
    skip: bool = False


def training_batches(
    data: PreparedData, batching: Batching, epoch: int
) -> tf.data.Dataset:
    """One epoch of training batches, in an order fixed by seed and epoch.

    Args:
        data: the prepared data.
        batching: how documents become batches.
        epoch: number of the epoch; each has its own order.

    Returns:
        Dataset of dictionaries: `token_ids` int32 `(batch_size, tokens)`
        padded with 0, `label_ids` int32 `(batch_size, most labels)` padded
        with -1, `weight` float32 `(batch_size,)`, 0 for rows that no
        document fills, and `id` string `(batch_size,)`.
    """
    paths = shard_paths(data, "train")
    file_seed, record_seed = np.random.SeedSequence(
        [batching.seed, epoch]
    ).generate_state(2)
    files = tf.data.Dataset.from_tensor_slices(paths)
    files = files.shuffle(len(paths), seed=int(file_seed))
    records = files.interleave(
        lambda path: read_shard(path, data.info.compression, batching.skip),
        cycle_length=len(paths),
    )
    records = records.shuffle(batching.shuffle_buffer, seed=int(record_seed))
    return _batches(records, data.info, "train", batching)


def evaluation_batches(
    data: PreparedData, split: str, batching: Batching
) -> tf.data.Dataset:
    """Every document of a split once, as `training_batches` gives them.

    In their order: neither buffer nor seed has a meaning here.
    """
    return _batches(read_split(data, split), data.info, split, batching)


def guarded(
    dataset: tf.data.Dataset, data: PreparedData, split: str
) -> Iterator[Any]:
    """Iterates over a dataset; a bad record is named.

    Raises:
        UserError: a record cannot be read, or is no document.
    """
    try:
        yield from dataset
    except (tf.errors.DataLossError, *schema.UNREADABLE) as error:
        for path in shard_paths(data, split):
            bad, _ = read_through(path, data.info, split)
            if bad:
                raise UserError(f"{bad[0]}. Prepare the data again.") from error
        raise UserError(
            f"A record of the {split} split could not be read "
            f"({type(error).__name__}), and now can be. Check the disk, "
            "then run the same command again."
        ) from error


def check_count(
    num_documents: int,
    info: DatasetInfo,
    split: str,
    num_skipped: int = 0,
) -> None:
    """Checks that a whole split has been read.

    A shard that is cut off between two records, or right behind one, looks
    to its reader like one that is complete.

    Args:
        num_documents: that were read.
        info: says how many were prepared.
        split: its name.
        num_skipped: that are known to be bad.

    Raises:
        UserError: there were fewer documents, or more.
    """
    expected = info.split(split).num_documents
    if num_documents + num_skipped != expected:
        skipped = f" and {num_skipped:,} bad ones" if num_skipped else ""
        shards = info.split(split).shards
        raise UserError(
            f"The records of the {split} split hold {num_documents:,} "
            f"documents{skipped}, dataset.json says {expected:,}: a shard is "
            f"cut short, one of {shards[0]} to {shards[-1]}. Prepare the data "
            "again."
        )


def _batches(
    records: tf.data.Dataset,
    info: DatasetInfo,
    split: str,
    batching: Batching,
) -> tf.data.Dataset:
    batch_size, skip = batching.batch_size, batching.skip
    max_length = min(batching.max_length, info.max_length)
    limits = id_limits(info, split)

    def parse(record: tf.Tensor) -> dict[str, tf.Tensor]:
        # One record after another is checked only where some are skipped:
        # that takes as long as half of the parsing, see `_check`.
        document = (
            parse_document(record, limits) if skip else schema.parse(record)
        )
        document["token_ids"] = document["token_ids"][:max_length]
        document["weight"] = tf.ones([])
        return document

    documents = records.map(parse, num_parallel_calls=tf.data.AUTOTUNE)
    if skip:
        documents = documents.ignore_errors()
    lengths = bucket_lengths(info.split(split).length_percentiles, max_length)
    if lengths[-1] < max_length:
        # Empty, unless a record is longer than dataset.json says.
        lengths.append(max_length)
    batches = documents.bucket_by_sequence_length(
        lambda document: tf.shape(document["token_ids"])[0],
        # A boundary is the first length that no longer fits.
        bucket_boundaries=[length + 1 for length in lengths],
        bucket_batch_sizes=[batch_size] * (len(lengths) + 1),
        padding_values={**_PADDING, "label_ids": _NO_LABEL},
    ).map(
        lambda batch: _fill_up(_check(batch, limits), batch_size, lengths),
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


def _check(
    batch: dict[str, tf.Tensor], limits: IdLimits
) -> dict[str, tf.Tensor]:
    """Refuses ids that are out of range; pads labels by -1."""
    labels = batch["label_ids"]
    is_padding = labels == _NO_LABEL
    is_right = (
        tf.reduce_all(in_range(batch["token_ids"], limits.token_ids))
        & tf.reduce_all(in_range(labels, limits.label_ids) | is_padding)
        & tf.reduce_all(tf.strings.length(batch["id"]) > 0)
    )
    with tf.control_dependencies([tf.debugging.Assert(is_right, [WRONG_ID])]):
        labels = tf.where(is_padding, _PADDING["label_ids"], labels)
    return {**batch, "label_ids": labels}


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
