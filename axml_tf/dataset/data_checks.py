"""Whether this program can read a prepared folder, and all in it fits."""

from pathlib import Path

from axml_tf.console.errors import UserError
from axml_tf.dataset import tokenizer
from axml_tf.dataset.dataset_info import (
    DATASET_FILE,
    LABELS_FILE,
    VOCABULARY_FILE,
)
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.formats import schema

_BLOCK_BYTES = 2**20


def check_data(data: PreparedData) -> None:
    """Checks versions, and that every id has a word or a label.

    Args:
        data: a data set of texts.

    Raises:
        UserError: records or words are made in another way than this program
            makes them; vocab.txt or labels.txt is missing, or has another
            number of lines than dataset.json says.
    """
    info = data.info
    versions = {
        "schema_version": (info.schema_version, schema.SCHEMA_VERSION),
        "tokenizer_version": (
            info.tokenizer_version,
            tokenizer.TOKENIZER_VERSION,
        ),
    }
    for name, (found, expected) in versions.items():
        if found != expected:
            raise UserError(
                f"{data.folder / DATASET_FILE} has {name} {found}, this "
                f"program reads {expected}. Prepare the data again."
            )
    counts = {
        VOCABULARY_FILE: info.vocab_size,
        LABELS_FILE: info.num_labels + info.num_unseen_labels,
    }
    for name, expected in counts.items():
        path = data.folder / name
        found = _count_lines(path)
        if found != expected:
            raise UserError(
                f"{path} has {found:,} lines, dataset.json says {expected:,}. "
                "Prepare the data again."
            )


def _count_lines(path: Path) -> int:
    if not path.is_file():
        raise UserError(f"{path} is missing. Prepare the data again.")
    with open(path, "rb") as file:
        blocks = iter(lambda: file.read(_BLOCK_BYTES), b"")
        return sum(block.count(b"\n") for block in blocks)
