"""The `lshtc` format: WikiLSHTC as the LSHTC challenges publish it.

    wikipediaMediumPreprocLSHTCv3-train.txt, ...-test.txt   third challenge
    train-remapped.csv or train.csv, test-remapped.csv ...  fourth, at Kaggle

each as it is or as .gz. The paper's set is that of the third: 456,886 training
documents, 36,504 labels, 346,299 terms. Kaggle's files begin with the line
`Data`; every other line is a document, labels, then term:count pairs:

    314523, 165538, 416827 1250536:1 634175:2

Terms are numbers of stemmed words whose dictionary is not published. So the
words of the text made here are the numbers, each as often as it is counted:
`1250536 634175 634175`. That serves the sparse systems in full. The neural
ones can be trained on it, too, with three things missing: the words' order,
which is that of the file; pre-trained vectors; and vectors of rare words,
which share one with all numbers of as many digits. Where --max_length cuts,
it cuts by the order of the file.

A document's id is its place, counted from 0. Where the test labels are
withheld, they are all 0: a test document of label 0 has none, and no measure
can be taken of it.

Source: https://www.kaggle.com/c/lshtc/data, https://arxiv.org/abs/1503.08581
"""

import os
from collections.abc import Iterator
from pathlib import Path

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import Document, make_document
from axml_tf.data_prep.readers.line_files import (
    MAX_LINE_BYTES,
    find_file,
    numbered_lines,
    require_file,
)
from axml_tf.data_prep.readers.on_bad_record import FAIL, OnBadRecord
from axml_tf.data_prep.readers.sparse_line import split_line

_SPLITS = ("train", "test")
_HEADER = b"Data"
_WITHHELD = 0
# More in one document is a mistake.
_MAX_COUNT = 1_000_000


class LshtcReader:
    """Reads a folder in the `lshtc` format.

    Args:
        input_dir: the folder.
    """

    def __init__(self, input_dir: str | os.PathLike):
        self.input_dir = Path(input_dir)

    def splits(self) -> list[str]:
        """Names of the splits that are there."""
        return [s for s in _SPLITS if find_file(self.input_dir, _names(s))]

    def expected(self, split: str) -> str:
        """Names of the files that hold a split, for messages."""
        return f"{', '.join(_names(split))} (or .gz of one)"

    def read(
        self, split: str, on_bad_record: OnBadRecord = FAIL
    ) -> Iterator[Document]:
        """Yields the documents of a split.

        Raises:
            UserError: the file is damaged or has no document, a line is
                malformed, a label or a term is negative, a term stands twice,
                a count is no whole number from 0 to a million, or a document
                has more bytes than a line may have.
        """
        path = require_file(self.input_dir, _names(split), self.expected(split))
        count = 0
        for number, line in numbered_lines(path):
            if number == 1 and line.strip() == _HEADER:
                continue
            place = f"{path}, line {number}"
            with on_bad_record:
                yield _document(line, count, split, place)
            count += 1
        if not count:
            raise UserError(f"{path} is empty: expected a line a document.")


def _names(split: str) -> tuple[str, ...]:
    return (
        f"wikipediaMediumPreprocLSHTCv3-{split}.txt",
        f"{split}-remapped.csv",
        f"{split}.csv",
    )


def _document(line: bytes, number: int, split: str, place: str) -> Document:
    labels, pairs = split_line(line, place)
    if min(labels, default=0) < 0:
        raise UserError(f"{place}: label {min(labels)} is negative.")
    names = [
        str(label) for label in labels if split != "test" or label != _WITHHELD
    ]
    text = b" ".join(_words(pairs, place))
    return make_document(str(number), text, names, place)


def _words(pairs: bytes, place: str) -> list[bytes]:
    counts: dict[bytes, int] = {}
    num_bytes = 0
    for pair in pairs.split():
        term, _, value = pair.partition(b":")
        if term in counts:
            raise UserError(f"{place}: term {term.decode()} stands twice.")
        if term.startswith(b"-"):
            raise UserError(f"{place}: term {term.decode()} is negative.")
        counts[term] = _count(value, place)
        num_bytes += counts[term] * (len(term) + 1)
        if num_bytes > MAX_LINE_BYTES:
            raise UserError(
                f"{place}: expected a document of at most "
                f"{MAX_LINE_BYTES:,} bytes; its counts make it longer."
            )
    return [term for term, count in counts.items() for _ in range(count)]


def _count(value: bytes, place: str) -> int:
    count = float(value)
    if not 0 <= count <= _MAX_COUNT or count != int(count):
        raise UserError(
            f"{place}: expected counts, whole numbers up to {_MAX_COUNT:,}, "
            f"found {value!r:.60}."
        )
    return int(count)
