"""Reads a raw folder whole, and checks every document."""

import shutil
from pathlib import Path

import numpy as np

from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.fields import Fields
from axml_tf.data_prep.readers.formats import make_reader


def fill(folder: Path, files: dict[str, bytes]) -> None:
    """Makes a folder hold these files and no others."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def read_everything(name: str, folder: Path) -> int:
    """Number of documents, all well-formed.

    Args:
        name: of the format.
        folder: the files.

    Raises:
        UserError: a file is malformed.
    """
    reader = make_reader(name, folder, Fields())
    count = 0
    for split in reader.splits():
        for document in reader.read(split):
            _check(document)
            count += 1
    return count


def _check(document) -> None:
    names = [document.id, *document.labels]
    for entry in names:
        assert isinstance(entry, str) and entry
        assert not set(entry) & set("\t\n")
        entry.encode("utf-8")
    assert len(set(document.labels)) == len(document.labels)
    if isinstance(document, Document):
        assert isinstance(document.text, bytes)
        return
    features, values = document.features, document.values
    assert features.dtype == np.int32 and values.dtype == np.float32
    assert features.shape == values.shape and features.ndim == 1
    assert np.isfinite(values).all() and (features >= 0).all()
    assert len(np.unique(features)) == len(features)
