"""One line of JSON."""

import json
from typing import Any

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.quoting import quote


def parse_object(line: bytes, place: str) -> dict[str, Any]:
    """Parses a line that holds an object.

    Args:
        line: UTF-8.
        place: file and line, for the message.

    Raises:
        UserError: it is no JSON, or no object.
    """
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{place}: expected JSON ({error}).") from error
    if not isinstance(record, dict):
        raise UserError(f"{place}: expected an object, found {quote(record)}.")
    return record


def encode_text(text: str) -> bytes:
    """UTF-8 of a string; half a surrogate pair becomes U+FFFD."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        # JSON can spell half a surrogate pair, UTF-8 cannot.
        utf16 = text.encode("utf-16", "surrogatepass")
        return utf16.decode("utf-16", "replace").encode("utf-8")
