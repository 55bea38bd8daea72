"""Labels of documents in a file of their own: `label document 1` a line."""

import array
from pathlib import Path

import numpy as np

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.line_files import decode_utf8, numbered_lines

# So that an id fits into 64 bits.
_MAX_DIGITS = 18


class LabelTable:
    """The labels of numbered documents, from a file of relevance judgments.

    Every line has a label, the number of a document and a 1, spaces between;
    lines stand in any order. The table takes twelve bytes a line: labels and
    texts of a corpus do not come in the same order, so one of them waits.

    Args:
        path: the file, plain or compressed by gzip.

    Raises:
        UserError: the file is damaged, a line is malformed or stands twice,
            or there is none.
    """

    def __init__(self, path: Path):
        numbers: dict[bytes, int] = {}
        documents, labels = array.array("q"), array.array("i")
        for number, line in numbered_lines(path):
            place = f"{path}, line {number}"
            name, document = _parse(line, place)
            if name not in numbers:
                decode_utf8(name, place)
            documents.append(document)
            labels.append(numbers.setdefault(name, len(numbers)))
        if not documents:
            raise UserError(f"{path} is empty: expected `label document 1`.")
        by_line = np.frombuffer(documents, np.int64)
        labels_by_line = np.frombuffer(labels, np.int32)
        order = np.lexsort((labels_by_line, by_line))
        self._documents, self._labels = by_line[order], labels_by_line[order]
        self._check_unique(order, path)
        self._names = [name.decode() for name in numbers]

    def labels_of(self, document: int) -> list[str]:
        """Labels of a document; none where the file does not name it."""
        start, end = np.searchsorted(self._documents, (document, document + 1))
        return [self._names[index] for index in self._labels[start:end]]

    def _check_unique(self, order: np.ndarray, path: Path) -> None:
        same_document = np.diff(self._documents) == 0
        twice = np.flatnonzero(same_document & (np.diff(self._labels) == 0))
        if len(twice):
            # The sort is stable: the later line stands behind the earlier.
            first, second = order[twice[0] : twice[0] + 2] + 1
            raise UserError(f"{path}, line {second}: line {first} again.")


def parse_number(text: bytes, place: str) -> int:
    """The number of a document.

    Raises:
        UserError: it is none.
    """
    if not text.isdigit() or len(text) > _MAX_DIGITS:
        raise UserError(
            f"{place}: expected the number of a document, found {text!r:.60}."
        )
    return int(text)


def _parse(line: bytes, place: str) -> tuple[bytes, int]:
    fields = line.rsplit(maxsplit=2)
    if len(fields) != 3 or fields[2] != b"1":
        raise UserError(
            f"{place}: expected `label document 1`, found {line!r:.60}."
        )
    return fields[0], parse_number(fields[1], place)
