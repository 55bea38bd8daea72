"""What a model folder keeps of its data, to be whole in itself.

data/dataset.json, data/vocab.txt and data/labels.txt are copies from the
prepared folder. No text of a document is among them.
"""

import os
import shutil
from pathlib import Path

from axml_tf.console.errors import UserError
from axml_tf.dataset.dataset_info import (
    DATASET_FILE,
    LABELS_FILE,
    VOCABULARY_FILE,
)
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.storage.files import atomic_directory

_FOLDER = "data"
_FILES = (DATASET_FILE, VOCABULARY_FILE, LABELS_FILE)


def keep_model_data(model_dir: str | os.PathLike, data: PreparedData) -> None:
    """Copies into a model folder what a model needs of its data.

    Does nothing where that was done before.

    Raises:
        UserError: what stands there is of other data.
        OSError: it cannot be written.
    """
    folder = Path(model_dir, _FOLDER)
    if kept := load_model_data(model_dir):
        if kept.identity() != data.identity():
            raise UserError(
                f"{folder} is where a model keeps vocabulary and labels, and "
                "holds other data. Name another --model_dir."
            )
        return
    with atomic_directory(folder) as temporary:
        for name in _FILES:
            shutil.copyfile(data.folder / name, temporary / name)


def load_model_data(model_dir: str | os.PathLike) -> PreparedData | None:
    """What a model folder keeps; None for one of an earlier version.

    Raises:
        UserError: it is damaged.
    """
    folder = Path(model_dir, _FOLDER)
    return PreparedData(folder) if folder.is_dir() else None
