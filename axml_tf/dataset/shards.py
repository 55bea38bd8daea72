"""The record files of a split."""

import os
from pathlib import Path

import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.dataset.data_checks import check_data
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.storage.record_files import check_lengths


def shard_paths(data: PreparedData, split: str) -> list[str]:
    """Paths of a split's records.

    Raises:
        UserError: a shard is missing, must not be read, or has a record that
            no memory holds; the data set has no text, or what stands beside
            the records does not fit them.
    """
    info = data.info
    paths = [data.folder / name for name in info.split(split).shards]
    if not paths:
        raise UserError(
            f"{data.folder} has word counts only, no text: it can train "
            "parabel and one_vs_rest (axml-baseline), not a neural model."
        )
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise UserError(
            f"{len(missing)} of {len(paths)} record files are missing, "
            f"{missing[0]} among them. Prepare the data again."
        )
    for path in paths:
        if not os.access(path, os.R_OK):
            raise UserError(
                f"{path} must not be read. Give yourself the right to."
            )
        if not info.compression:
            _check_lengths(path)
    check_data(data)
    return [str(path) for path in paths]


def read_split(data: PreparedData, split: str) -> tf.data.Dataset:
    """The serialized records of a split, in their order.

    Raises:
        UserError: as `shard_paths` does.
    """
    return tf.data.TFRecordDataset(
        shard_paths(data, split), compression_type=data.info.compression
    )


def _check_lengths(path: Path) -> None:
    try:
        check_lengths(path)
    except ValueError as error:
        raise UserError(f"{path}, {error}. Prepare the data again.") from error


def read_shard(
    path: str | tf.Tensor, compression: str, skip: bool = False
) -> tf.data.Dataset:
    """The serialized records of a shard, in their order.

    Args:
        path: of the shard.
        compression: as `DatasetInfo` has it.
        skip: whether the dataset ends before the first damage, in place of
            raising an error. What stands behind it cannot be found again.
    """
    records = tf.data.TFRecordDataset(path, compression_type=compression)
    return records.ignore_errors() if skip else records
