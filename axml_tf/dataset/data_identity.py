"""What of a data set a model must fit, part by part.

The one fingerprint in dataset.json says only that two data sets differ; the
parts say in what. They are worked out from the files as these are now: a
folder of any age has them, and a file that was changed later is found out.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from axml_tf.console.errors import UserError
from axml_tf.dataset.dataset_info import (
    LABELS_FILE,
    VOCABULARY_FILE,
    DatasetInfo,
)


def model_parts(
    data_dir: str | os.PathLike, info: DatasetInfo
) -> dict[str, int | str]:
    """What must be the same wherever a trained model is used.

    Args:
        data_dir: prepared data set of texts.
        info: its description.

    Returns:
        Hashes of `vocab.txt` and `labels.txt`, numbers of `max_length` and
        `tokenizer_version`, and the fingerprint that was made of these four
        when the data were prepared.

    Raises:
        UserError: one of the files is missing.
    """
    return {
        VOCABULARY_FILE: _hash(data_dir, VOCABULARY_FILE),
        LABELS_FILE: labels_hash(data_dir),
        "max_length": info.max_length,
        "tokenizer_version": info.tokenizer_version,
        "fingerprint": info.fingerprint,
    }


def training_parts(
    data_dir: str | os.PathLike, info: DatasetInfo
) -> dict[str, int | str]:
    """What must be the same where a training goes on: its records as well.

    Arguments and errors as of `model_parts`. Of the records these are the
    numbers that dataset.json has of the training split: other documents of
    the same numbers are not told apart.
    """
    train = info.split("train")
    return {
        **model_parts(data_dir, info),
        "train_documents": train.num_documents,
        "train_words": train.num_words,
        "train_labels": train.num_labels,
        # Other shards give another order of documents.
        "train_shards": len(train.shards),
    }


def labels_hash(data_dir: str | os.PathLike) -> str:
    """Hash of labels.txt, which says what a label id means.

    Returns:
        16 hexadecimal digits; other names, another order or other counts
        give others.

    Raises:
        UserError: the file is missing.
    """
    return _hash(data_dir, LABELS_FILE)


def differences(was: Mapping, now: Mapping) -> list[str]:
    """A phrase for everything that differs, in the order of `now`.

    What `was` does not have is not compared: models of earlier versions kept
    less.

    >>> differences({"max_length": 500}, {"max_length": 200, "labels.txt": "f"})
    ['max_length was 500, is 200']
    """
    return [
        f"{name} was {was[name]}, is {value}"
        for name, value in now.items()
        if name in was and was[name] != value
    ]


def _hash(data_dir: str | os.PathLike, name: str) -> str:
    path = Path(data_dir, name)
    if not path.is_file():
        raise UserError(f"{path} is missing. Prepare the data again.")
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
