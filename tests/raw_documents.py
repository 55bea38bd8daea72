"""Three splits of raw documents, and their preparation."""

from pathlib import Path

from axml_tf.data_prep.prepare import prepare
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.lines import write_lines
from axml_tf.dataset.prepared_data import PreparedData

TRAIN = [
    Document("t0", b"Cats and cats, 1998!", ("cat", "pet")),
    Document("t1", b"dogs AND cats 1999", ("pet", "dog")),
    Document("t2", b"dogs dogs 42", ("dog", "pet")),
]
DEV = [Document("d0", b"dogs and fish 2001", ("fish", "pet"))]
TEST = [
    Document("e0", b"birds and cats", ("bird", "cat", "fish")),
    Document("e1", b"", ()),
]


def write_raw(folder: Path) -> Path:
    """Writes the three splits in the `lines` format; returns the folder."""
    folder.mkdir()
    for split, documents in (("train", TRAIN), ("dev", DEV), ("test", TEST)):
        write_lines(folder, split, documents)
    return folder


def prepare_raw(raw: Path, **options) -> PreparedData:
    """Prepares a raw folder into `out` beside it.

    Args:
        raw: the folder.
        options: of `PrepareConfig`.
    """
    return prepare(PrepareConfig(raw, raw.parent / "out", **options))
