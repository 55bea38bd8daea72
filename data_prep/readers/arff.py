"""Streams an ARFF file of numbered strings."""

import re
from collections.abc import Iterator
from pathlib import Path

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.line_files import numbered_lines
from axml_tf.data_prep.readers.on_bad_record import OnBadRecord

_ROW = re.compile(
    rb"\s*(\d+)\s*,\s*(?:"
    rb"'([^'\\]*(?:\\.[^'\\]*)*)'"
    rb'|"([^"\\]*(?:\\.[^"\\]*)*)"'
    rb"""|([^\s,'"{}%]+)"""
    rb")\s*"
)
_ESCAPE = re.compile(rb"\\(.)")
_SPACES = {b"n": b" ", b"r": b" ", b"t": b" "}


def read_numbered_strings(
    path: Path, on_bad_record: OnBadRecord
) -> Iterator[tuple[int, bytes, bytes]]:
    """Yields line, number and string of every row.

    Rows have two attributes, a number and a string; the string is quoted,
    with backslashes before quotes within, unless it is one word. An escaped
    newline or tab becomes a space.

    Args:
        path: the file, plain or compressed by gzip.
        on_bad_record: what happens to a malformed row.

    Raises:
        UserError: the header or a row is malformed, or there is no row.
    """
    lines = numbered_lines(path)
    _skip_header(lines, path)
    is_empty = True
    for line, content in lines:
        if not _says_something(content):
            continue
        is_empty = False
        with on_bad_record:
            yield line, *_parse(content, f"{path}, line {line}")
    if is_empty:
        raise UserError(f"{path}: no row stands behind @data.")


def _skip_header(lines: Iterator[tuple[int, bytes]], path: Path) -> None:
    """Reads up to @data, and checks what the columns are."""
    attributes: list[bytes] = []
    line = 0
    is_open = False
    for line, content in lines:
        if not _says_something(content):
            continue
        keyword, *rest = content.lower().split(maxsplit=1)
        if not is_open and keyword != b"@relation":
            break
        is_open = True
        if keyword == b"@data":
            if len(attributes) != 2 or not attributes[1].endswith(b"string"):
                raise UserError(
                    f"{path}, line {line}: expected two attributes, a number "
                    f"and a string, found {len(attributes)}."
                )
            return
        if keyword == b"@attribute":
            attributes.append(b"".join(rest).strip())
        elif keyword != b"@relation":
            break
    raise UserError(
        f"{path}, line {line}: expected the header of an ARFF file "
        "(@relation, two times @attribute, @data)."
    )


def _parse(row: bytes, place: str) -> tuple[bytes, bytes]:
    match = _ROW.fullmatch(row)
    if not match:
        raise UserError(
            f"{place}: expected a number, a comma and a quoted string, found "
            f"{row!r:.60}."
        )
    number, *strings = match.groups()
    string = next(string for string in strings if string is not None)
    return number, _ESCAPE.sub(_unescaped, string)


def _says_something(content: bytes) -> bool:
    return bool(content.strip()) and not content.startswith(b"%")


def _unescaped(match: re.Match) -> bytes:
    return _SPACES.get(match[1], match[1])
