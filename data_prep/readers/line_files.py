"""Finds files of lines and streams them, plain or compressed by gzip."""

import gzip
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from axml_tf.errors import UserError


def find_file(
    input_dir: str | os.PathLike, names: Iterable[str]
) -> Path | None:
    """The first of some files that is there, as it is or as NAME.gz."""
    for name in names:
        for suffix in ("", ".gz"):
            path = Path(input_dir, f"{name}{suffix}")
            if path.is_file():
                return path
    return None


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yields number, counted from 1, and content of every line.

    Only a newline byte ends a line; it is left out. A name that ends in .gz
    is read compressed.

    Raises:
        UserError: the file is no gzip file, or a damaged one.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    number = 0
    try:
        with opened(path, "rb") as file:
            for number, line in enumerate(file, 1):
                yield number, line.removesuffix(b"\n")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(
            f"{path}, after line {number}: damaged gzip file ({error}). Get "
            "it again."
        ) from error


def decode_utf8(data: bytes, place: str) -> str:
    """Decodes a name.

    Raises:
        UserError: it is no UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{place}: expected UTF-8 ({error}).") from error
