"""The `rcv1` format: RCV1-v2 as Lewis et al. (2004) distribute it.

    lyrl2004_tokens_train.dat           training documents
    lyrl2004_tokens_test_pt0.dat        test documents, in four files
    ... _pt3.dat
    rcv1-v2.topics.qrels                `topic document 1` a line

each as it is or as .gz. The files are the chronological split: training ends
on August 31, 1996. A document:

    .I 2286
    .W
    recov recov recov excit ...
    ... as many lines as it takes, then an empty one

Its words are stems, without stop words and in scrambled order: that is how
Reuters let them be published. A model that reads word order finds none here.
A document without topics in the qrels file has no labels.

Source: https://www.jmlr.org/papers/volume5/lewis04a/lyrl2004_rcv1v2_README.htm
"""

import functools
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
from axml_tf.data_prep.readers.qrels import LabelTable, parse_number
from axml_tf.data_prep.readers.unique_ids import UniqueIds

_TOKENS = {
    "train": ("lyrl2004_tokens_train.dat",),
    "test": tuple(f"lyrl2004_tokens_test_pt{i}.dat" for i in range(4)),
}
_TOPICS = "rcv1-v2.topics.qrels"


class Rcv1Reader:
    """Reads a folder in the `rcv1` format.

    Args:
        input_dir: the folder.
    """

    def __init__(self, input_dir: str | os.PathLike):
        self.input_dir = Path(input_dir)

    def splits(self) -> list[str]:
        """Names of the splits of which a file is there."""
        return [
            split
            for split, names in _TOKENS.items()
            if any(find_file(self.input_dir, [name]) for name in names)
        ]

    def expected(self, split: str) -> str:
        """Names of the files that make up a split, for messages."""
        return f"{', '.join(_TOKENS[split])} and {_TOPICS} (or .gz of each)"

    def read(
        self, split: str, on_bad_record: OnBadRecord = FAIL
    ) -> Iterator[Document]:
        """Yields the documents of a split.

        Raises:
            UserError: a file is missing or damaged, a line is malformed, or
                a document is too long or stands twice.
        """
        paths = [self._path(name, split) for name in _TOKENS[split]]
        # Here: if it is damaged, this concerns no single record.
        topics = self._topics
        ids = UniqueIds()
        for path in paths:
            for number, line, text in _documents(path):
                place = f"{path}, line {line}"
                with on_bad_record:
                    labels = topics.labels_of(parse_number(number, place))
                    name = number.decode()
                    document = make_document(name, text, labels, place)
                    ids.add(document.id, path, line)
                    yield document
        ids.check()

    @functools.cached_property
    def _topics(self) -> LabelTable:
        return LabelTable(self._path(_TOPICS, "train"))

    def _path(self, name: str, split: str) -> Path:
        return require_file(self.input_dir, [name], self.expected(split))


def _documents(path: Path) -> Iterator[tuple[bytes, int, bytes]]:
    """Yields number, line and text of every document of a file."""
    number, text = b"", None
    # Line of the document's `.I`; 0 before the first document.
    start = 0
    for count, line in numbered_lines(path):
        place = f"{path}, line {count}"
        if line.startswith(b".I"):
            if start:
                yield number, start, _joined(text, path, start)
            number, start, text = line[2:].strip(), count, None
        elif not start:
            raise UserError(f"{place}: expected `.I`, found {line!r:.60}.")
        elif text is None:
            if line.strip() != b".W":
                raise UserError(f"{place}: expected `.W`, found {line!r:.60}.")
            text = bytearray()
        elif line.strip():
            text += line.strip() + b" "
            if len(text) > MAX_LINE_BYTES:
                raise UserError(
                    f"{path}, line {start}: expected a document of at most "
                    f"{MAX_LINE_BYTES:,} bytes."
                )
    if not start:
        raise UserError(f"{path} is empty: expected documents.")
    yield number, start, _joined(text, path, start)


def _joined(text: bytearray | None, path: Path, start: int) -> bytes:
    if text is None:
        raise UserError(f"{path}, line {start}: `.W` is missing behind it.")
    return bytes(text[:-1])
