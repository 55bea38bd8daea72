"""Finds a document id that stands twice."""

import array
import hashlib
from pathlib import Path

import numpy as np

from axml_tf.console.errors import UserError

_LINE_BITS = 40


class UniqueIds:
    """Takes the ids of a split, one after another, then compares them.

    Sixteen bytes a document, and none of its text: of an id only a hash of
    64 bits is kept. Two different ids of a million share one with
    probability 3e-8.
    """

    def __init__(self) -> None:
        self._paths: list[Path] = []
        self._hashes = array.array("Q")
        self._places = array.array("Q")

    def add(self, document_id: str, path: Path, line: int) -> None:
        """Adds an id and where it stands."""
        if not self._paths or self._paths[-1] != path:
            self._paths.append(path)
        digest = hashlib.blake2b(document_id.encode(), digest_size=8).digest()
        self._hashes.append(int.from_bytes(digest, "big"))
        self._places.append(len(self._paths) - 1 << _LINE_BITS | line)

    def check(self) -> None:
        """Compares the ids that were added.

        Raises:
            UserError: two are equal; the message names both places.
        """
        hashes = np.frombuffer(self._hashes, np.uint64)
        order = np.argsort(hashes, kind="stable")
        twice = np.flatnonzero(np.diff(hashes[order]) == 0)
        if len(twice):
            first, second = order[twice[0] : twice[0] + 2]
            raise UserError(
                f"{self._place(second)}: the document id of "
                f"{self._place(first)} again. Every document needs an id of "
                "its own."
            )

    def _place(self, index: int) -> str:
        place = self._places[index]
        path = self._paths[place >> _LINE_BITS]
        return f"{path}, line {place & (1 << _LINE_BITS) - 1}"
