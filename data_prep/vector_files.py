"""Reads files of word vectors: GloVe text, word2vec text and binary."""

import codecs
import functools
import gzip
import io
import lzma
import os
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from axml_tf.console.errors import UserError
from axml_tf.dataset.dataset_info import MOST_EMBEDDING_DIM

_HEADER = re.compile(rb"(\d+)\s+(\d+)\s*\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DECIMAL = re.compile(rb"-?\d*\.\d+(?:[eE][-+]?\d+)?")
_MAX_WORD = 4096
_MAX_LINE = 2**20
_BUFFER_SIZE = 2**20  # Bytes.


class WordVector(NamedTuple):
    """One entry of a file.

    Attributes:
        word: as it is written in the file.
        vector: gives the float32 vector when called: most of them are never
            needed.
    """

    word: bytes
    vector: Callable[[], np.ndarray]


def read_vectors(path: str | os.PathLike) -> Iterator[WordVector]:
    """Yields the entries of a file of word vectors, one after another.

    The content tells the format: word2vec files begin with a line of two
    integers, GloVe files do not. A name that ends in .gz or .xz is read
    compressed. Words may hold spaces, as in GloVe's largest file.

    Raises:
        UserError: the file is missing, damaged, or of another format.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"No file of word vectors at {path}.")
    try:
        with _open(path) as file:
            yield from _read(file, path)
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise UserError(
            f"{path} is a damaged {path.suffix} file ({error})."
        ) from error


def _open(path: Path) -> io.BufferedReader:
    if path.suffix == ".gz":
        return io.BufferedReader(gzip.open(path, "rb"), _BUFFER_SIZE)
    if path.suffix == ".xz":
        return io.BufferedReader(lzma.open(path, "rb"), _BUFFER_SIZE)
    return io.BufferedReader(io.FileIO(path), _BUFFER_SIZE)


def _read(file: io.BufferedReader, path: Path) -> Iterator[WordVector]:
    header = _HEADER.fullmatch(file.peek(64)[:64].partition(b"\n")[0] + b"\n")
    if not header:
        yield from _read_text(file, path)
        return
    file.readline()
    count, dim = map(int, header.groups())
    if not count or not dim:
        raise UserError(f"{path}, line 1: expected two positive numbers.")
    _check_dim(dim, f"{path}, line 1")
    read = _read_binary if _is_binary(file, dim) else _read_text
    yield from read(file, path, count, dim)


def _is_binary(file: io.BufferedReader, dim: int) -> bool:
    numbers = file.peek(_MAX_WORD).partition(b" ")[2][: dim * 4]
    try:
        # Incremental: the cut may fall into a character of the next word.
        text = codecs.getincrementaldecoder("utf-8")().decode(numbers)
    except UnicodeDecodeError:
        return True
    return bool(_CONTROL.search(text))


def _read_text(
    file: BinaryIO,
    path: Path,
    count: int | None = None,
    dim: int | None = None,
) -> Iterator[WordVector]:
    # word2vec's header, which gives count and dim, was line 1.
    number = first = 1 if count is None else 2
    lines = iter(lambda: file.readline(_MAX_LINE), b"")
    for number, line in enumerate(lines, first):
        place = f"{path}, line {number}"
        if len(line) == _MAX_LINE:
            raise UserError(
                f"{place}: expected fewer than {_MAX_LINE:,} bytes."
            )
        line = line.rstrip()
        if dim is None:
            dim = line.count(b" ")
            _check_dim(dim, place)
        word, *fields = line.rsplit(b" ", dim)
        if not dim or len(fields) != dim or _ends_in_number(word):
            raise UserError(
                f"{place}: expected a word and {dim or 'some'} numbers, found "
                f"{line[:60]!r}."
            )
        yield WordVector(word, functools.partial(_parse, fields, place))
    if count is not None and number < count + 1:
        raise UserError(
            f"{path}: expected {count:,} words as line 1 says, but line "
            f"{number:,} is the last: the file is cut off."
        )


def _check_dim(dim: int, place: str) -> None:
    if dim > MOST_EMBEDDING_DIM:
        raise UserError(
            f"{place}: expected vectors of at most {MOST_EMBEDDING_DIM:,} "
            f"numbers, found {dim:,}."
        )


def _ends_in_number(word: bytes) -> bool:
    # `of the` is a word, `the 0.123` a word with one number too many.
    _, space, last = word.rpartition(b" ")
    return bool(space and _DECIMAL.fullmatch(last))


def _parse(fields: list[bytes], place: str) -> np.ndarray:
    try:
        vector = np.array([float(field) for field in fields], np.float32)
    except ValueError as error:
        raise UserError(f"{place}: {error}.") from error
    return _finite(vector, place)


def _read_binary(
    file: BinaryIO, path: Path, count: int, dim: int
) -> Iterator[WordVector]:
    for number in range(1, count + 1):
        place = f"{path}, word {number:,} of {count:,}"
        word = _read_word(file)
        data = file.read(4 * dim)
        if word is None or len(data) < 4 * dim:
            raise UserError(f"{place}: the file ends in the middle.")
        yield WordVector(word, functools.partial(_unpack, data, place))


def _unpack(data: bytes, place: str) -> np.ndarray:
    return _finite(np.frombuffer(data, "<f4"), place)


def _read_word(file: BinaryIO) -> bytes | None:
    """Reads up to the next space; some writers put newlines before a word."""
    word = bytearray()
    while len(word) < _MAX_WORD:
        byte = file.read(1)
        if byte == b" ":
            return bytes(word).lstrip(b"\n")
        if not byte:
            return None
        word += byte
    return None


def _finite(vector: np.ndarray, place: str) -> np.ndarray:
    if not np.isfinite(vector).all():
        raise UserError(f"{place}: expected finite numbers.")
    return vector
