"""The record files of a split."""

import os
from pathlib import Path

import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.dataset.data_checks import check_data
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.storage.record_files import check_lengths


def shard_paths(
    data_dir: str | os.PathLike, info: DatasetInfo, split: str
) -> list[str]:
    """Paths of a split's records.

    Raises:
        UserError: a shard is missing, must not be read, or has a record that
            no memory holds; the data set has no text, or what stands beside
            the records does not fit them.
    """
    paths = [Path(data_dir, name) for name in info.split(split).shards]
    if not paths:
        raise UserError(
            f"{data_dir} has word counts only, no text: it can train parabel "
            "and one_vs_rest (axml-baseline), not a neural "
            "model."
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
    check_data(data_dir, info)
    return [str(path) for path in paths]


def read_split(
    data_dir: str | os.PathLike, info: DatasetInfo, split: str
) -> tf.data.Dataset:
    """The serialized records of a split, in their order.

    Raises:
        UserError: as `shard_paths` does.
    """
    paths = shard_paths(data_dir, info, split)
    return tf.data.TFRecordDataset(paths, compression_type=info.compression)


def _check_lengths(path: Path) -> None:
    try:
        check_lengths(path)
    except ValueError as error:
        raise UserError(f"{path}, {error}. Prepare the data again.") from error


def read_shard(
    path: str | tf.Tensor, info: DatasetInfo, skip: bool = False
) -> tf.data.Dataset:
    """The serialized records of a shard, in their order.

    Args:
        path: of the shard.
        info: says how it is compressed.
        skip: whether the dataset ends before the first damage, in place of
            raising an error. What stands behind it cannot be found again.
    """
    records = tf.data.TFRecordDataset(path, compression_type=info.compression)
    return records.ignore_errors() if skip else records
