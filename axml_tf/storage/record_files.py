"""The framing of TFRecord files. Standard library only.

A record is 8 bytes of length (little endian), 4 bytes of that length's
checksum, the data, and 4 bytes of the data's checksum.
"""

import os
import struct

_HEADER = struct.Struct("<QI")
_FOOTER_BYTES = 4
# No protocol buffer is larger, so no tf.train.Example either.
_MOST_BYTES = 2**31 - 1


def check_lengths(path: str | os.PathLike) -> None:
    """Checks that no record claims to be of 2 GiB or more.

    TensorFlow asks for the memory of a record before it reads it, and ends
    the process where it gets none. A wrong length by accident fails its
    checksum first; this is for one on purpose, with the right checksum. Only
    for files that are not compressed: of others TensorFlow takes memory as it
    reads. Files that are cut off pass, TensorFlow tells them by itself.

    Args:
        path: the file, not compressed.

    Raises:
        ValueError: a record claims that.
        OSError: the file cannot be read.
    """
    with open(path, "rb", buffering=0) as file:
        number = place = 0
        while header := os.pread(file.fileno(), _HEADER.size, place):
            if len(header) < _HEADER.size:
                return
            length, _ = _HEADER.unpack(header)
            if length > _MOST_BYTES:
                raise ValueError(
                    f"record {number} claims {length:,} bytes; no record has "
                    f"more than {_MOST_BYTES:,}"
                )
            place += _HEADER.size + length + _FOOTER_BYTES
            number += 1
