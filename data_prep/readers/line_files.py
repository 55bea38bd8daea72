"""Finds files of lines and streams them, plain or compressed by gzip."""

import gzip
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from axml_tf.console.errors import UserError

# A longer one is a mistake, or was made to fill the memory: a compressed file
# of a megabyte may hold a line of a gigabyte.
MAX_LINE_BYTES = 1 << 24


def find_file(
    input_dir: str | os.PathLike, names: Sequence[str]
) -> Path | None:
    """The first of some files that is there, as it is or as NAME.gz."""
    for name in names:
        for suffix in ("", ".gz"):
            path = Path(input_dir, f"{name}{suffix}")
            if path.is_file():
                return path
    return None


def require_file(
    input_dir: str | os.PathLike, names: Sequence[str], expected: str
) -> Path:
    """What `find_file` finds.

    Args:
        input_dir: the folder.
        names: of the files, the usual one first.
        expected: what there should be, for the message.

    Raises:
        UserError: none of them is there.
    """
    path = find_file(input_dir, names)
    if path is None:
        raise UserError(f"{input_dir} has no {names[0]}: expected {expected}.")
    return path


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yields number, counted from 1, and content of every line.

    Only a newline byte ends a line; it is not part of the content. A name
    that ends in .gz is read compressed.

    Raises:
        UserError: the file is no gzip file, or a damaged one, or a line has
            more than MAX_LINE_BYTES.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    number = 0
    try:
        with opened(path, "rb") as file:
            # One byte more, for the newline.
            lines = iter(lambda: file.readline(MAX_LINE_BYTES + 1), b"")
            for number, line in enumerate(lines, 1):
                line = line.removesuffix(b"\n")
                if len(line) > MAX_LINE_BYTES:
                    raise UserError(
                        f"{path}, line {number}: expected lines of at most "
                        f"{MAX_LINE_BYTES:,} bytes."
                    )
                yield number, line
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
