"""One raw document, as every reader yields it."""

from collections.abc import Iterable
from typing import NamedTuple

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.quoting import quote

SPLITS = ("train", "dev", "test")

# Predictions keep ids in an array as wide as its longest.
_MAX_ID_LENGTH = 1000


class Document(NamedTuple):
    """A document before it is tokenised.

    Attributes:
        id: unique within its split. Readers of formats with ids of their own
            check it, see `unique_ids.py`; those of files that the user
            writes do not.
        text: the raw text, any bytes.
        labels: names of its labels, no repeats.
    """

    id: str
    text: bytes
    labels: tuple[str, ...]


def make_document(
    document_id: str, text: bytes, labels: Iterable[str], place: str
) -> Document:
    """Checks the names of a document and merges repeated labels.

    Args:
        document_id: its id.
        text: its raw text.
        labels: names of its labels; empty ones are dropped.
        place: file and line, for the message.

    Raises:
        UserError: the id or a label holds a tab, a newline or half a
            surrogate pair, or the id is empty or of more than a thousand
            characters.
    """
    labels = tuple(dict.fromkeys(label for label in labels if label))
    names = (document_id, *labels)
    # All at once first: nearly always all are sound.
    if not _is_sound(" ".join(names)):
        name = next(name for name in names if not _is_sound(name))
        raise UserError(
            f"{place}: ids and labels are UTF-8 and hold no tab or "
            f"newline; found {quote(name)}."
        )
    if not document_id:
        raise UserError(f"{place}: expected an id, found an empty one.")
    if len(document_id) > _MAX_ID_LENGTH:
        raise UserError(
            f"{place}: expected an id of at most {_MAX_ID_LENGTH} characters, "
            f"found {len(document_id):,}."
        )
    return Document(document_id, text, labels)


def _is_sound(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\t" not in name and "\n" not in name
