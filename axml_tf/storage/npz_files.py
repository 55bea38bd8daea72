"""Reads .npz and .npy files: no pickles, no more memory than they can fill.

What a file claims of itself is compared with its own size before an array is
made. NumPy and the standard library only.
"""

import contextlib
import math
import os
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import IO, NamedTuple

import numpy as np

# What NumPy and zipfile raise on a file that is no .npz, or no longer one.
_DAMAGE = (
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)

# Deflate makes at most 258 bytes of two bits.
_MOST_EXPANSION = 1032
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# NumPy writes later versions for names of fields only, and we have no fields.
_VERSION = (1, 0)
# Characters; names within the file may be as long as the file.
_MOST_OF_A_REASON = 200
# Numbers, truth values and texts: nothing that is made of others.
_KINDS = "biufcSU"


class Expected(NamedTuple):
    """What an array must be.

    Attributes:
        kinds: of its type, one of these letters of `numpy.dtype.kind`.
        ndim: number of its dimensions.
        is_optional: whether it may be missing.
    """

    kinds: str
    ndim: int
    is_optional: bool = False


def read_npz(
    path: str | os.PathLike, expected: Mapping[str, Expected] | None = None
) -> dict[str, np.ndarray]:
    """Reads an .npz file.

    All arrays together are smaller than this machine's memory, and than 1032
    times the file (what deflate can do at most), or they are not read.

    Args:
        path: the file.
        expected: what it may hold, by name; None for numbers and texts by
            any names.

    Returns:
        Its arrays by name, in the order of the file.

    Raises:
        ValueError: the file is damaged, claims what it cannot hold, or holds
            something else than expected.
        OSError: it cannot be opened.
    """
    with open(path, "rb") as file, _told_as_value_error():
        size = os.fstat(file.fileno()).st_size
        with zipfile.ZipFile(file) as archive:
            members = _members(archive, size, expected)
            sizes = {
                name: _checked_member(
                    archive, member, expected[name] if expected else None
                )
                for name, member in members.items()
            }
            _check_memory(sum(sizes.values()))
            return {
                name: _read_member(archive, member)
                for name, member in members.items()
            }


def read_npy(path: str | os.PathLike, expected: Expected) -> np.ndarray:
    """Reads an .npy file, within the bounds of `read_npz`.

    Args:
        path: the file.
        expected: what its array must be.

    Raises:
        ValueError: the file is damaged, claims what it cannot hold, or holds
            something else than expected.
        OSError: it cannot be opened.
    """
    with open(path, "rb") as file, _told_as_value_error():
        size = os.fstat(file.fileno()).st_size
        _check_memory(_checked_array(file, size, size, expected))
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)


@contextlib.contextmanager
def _told_as_value_error() -> Iterator[None]:
    try:
        yield
    # Damaged places in the file are seeks to where nothing is.
    except (*_DAMAGE, OSError) as error:
        reason = str(error) or type(error).__name__
        reason = " ".join(reason.split())[:_MOST_OF_A_REASON]
        raise ValueError(reason) from error


def _members(
    archive: zipfile.ZipFile,
    size: int,
    expected: Mapping[str, Expected] | None,
) -> dict[str, zipfile.ZipInfo]:
    """Members by the names of their arrays."""
    members: dict[str, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        name = member.filename.removesuffix(".npy")
        if name in members or (expected and name not in expected):
            raise ValueError(
                f"expected {', '.join(expected or members)} once each, found "
                f"{name[:60]!r}"
            )
        members[name] = member
    missing = [
        name
        for name, array in (expected or {}).items()
        if name not in members and not array.is_optional
    ]
    if missing:
        raise ValueError(f"there is no {', '.join(missing)}")
    # Else one piece of the file could stand for many members.
    if sum(member.compress_size for member in members.values()) > size:
        raise ValueError("its members claim to be larger than the file")
    return members


def _checked_member(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    expected: Expected | None,
) -> int:
    if member.compress_type not in _METHODS:
        raise ValueError(f"{member.filename} is neither stored nor deflated")
    with archive.open(member) as file:
        return _checked_array(
            file, member.file_size, member.compress_size, expected
        )


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo
) -> np.ndarray:
    with archive.open(member) as file:
        # Reads to the end, where zipfile compares the checksum.
        return np.lib.format.read_array(file, allow_pickle=False)


def _checked_array(
    file: IO[bytes], size: int, size_in_file: int, expected: Expected | None
) -> int:
    """Checks what the header at the start of an .npy file says.

    Args:
        file: at its start; is read up to its data.
        size: bytes it is said to have.
        size_in_file: bytes it takes, compressed or not.
        expected: what it must be; None for numbers or texts.

    Returns:
        Bytes of its array; for the bounds, nothing is counted as one.
    """
    version = np.lib.format.read_magic(file)
    if version != _VERSION:
        raise ValueError(f"expected format 1.0 of .npy, found {version}")
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    found = f"found {dtype} of shape {shape}"
    kinds = expected.kinds if expected else _KINDS
    if dtype.hasobject or dtype.kind not in kinds:
        raise ValueError(f"expected a type of kind {kinds}, {found}")
    ndim = expected.ndim if expected else len(shape)
    if len(shape) != ndim:
        raise ValueError(f"expected {ndim} dimensions, {found}")
    if math.prod(shape) * dtype.itemsize != size - file.tell():
        raise ValueError(f"{size - file.tell()} bytes of data, but {found}")
    # Rows without columns, or texts of no letters, take no place in a file.
    claimed = math.prod(max(n, 1) for n in (*shape, dtype.itemsize))
    if claimed > _MOST_EXPANSION * size_in_file:
        raise ValueError(f"{size_in_file} bytes cannot hold it: {found}")
    return claimed


def _check_memory(num_bytes: int) -> None:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if num_bytes > memory:
        raise ValueError(
            f"it holds {num_bytes:,} bytes, and this machine has {memory:,}"
        )
