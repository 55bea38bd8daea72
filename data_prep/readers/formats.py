"""The formats that `--format` names, and their readers."""

import os
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from axml_tf.data_prep.readers.csv_table import CsvReader
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.eurlex import EurlexReader
from axml_tf.data_prep.readers.fields import Fields
from axml_tf.data_prep.readers.jsonl import JsonlReader
from axml_tf.data_prep.readers.lines import LinesReader
from axml_tf.data_prep.readers.lshtc import LshtcReader
from axml_tf.data_prep.readers.on_bad_record import FAIL, OnBadRecord
from axml_tf.data_prep.readers.rcv1 import Rcv1Reader
from axml_tf.data_prep.readers.xmc_sparse import SparseDocument, XmcSparseReader
from axml_tf.data_prep.readers.xmc_text import XmcTextReader

_Path = str | os.PathLike
_Document_co = TypeVar(
    "_Document_co", bound=Document | SparseDocument, covariant=True
)


class Reader(Protocol[_Document_co]):
    """What every reader does. A split may be read more than once."""

    def splits(self) -> list[str]:
        """Names of the splits that are there, train first."""

    def expected(self, split: str) -> str:
        """Names of the files that make up a split, for messages."""

    def read(
        self, split: str, on_bad_record: OnBadRecord = FAIL
    ) -> Iterator[_Document_co]:
        """Yields the documents of a split.

        Args:
            split: its name.
            on_bad_record: what happens to a record that cannot be read.

        Raises:
            UserError: such a record is an error; or a file is missing or
                damaged as a whole.
        """


# Files in which text, labels and id stand in fields that the user names.
_WITH_FIELDS: dict[str, Callable[[_Path, Fields], Reader[Document]]] = {
    "jsonl": JsonlReader,
    "csv": CsvReader,
}
# Files of which everything is known.
_PUBLISHED: dict[
    str, Callable[[_Path], Reader[Document]] | type[XmcSparseReader]
] = {
    "lines": LinesReader,
    "rcv1": Rcv1Reader,
    "eurlex": EurlexReader,
    "xmc_text": XmcTextReader,
    "xmc_sparse": XmcSparseReader,
    "lshtc": LshtcReader,
}
FORMATS = (*_PUBLISHED, *_WITH_FIELDS)


def make_reader(
    name: str, input_dir: str | os.PathLike, fields: Fields
) -> Reader[Document] | XmcSparseReader:
    """A reader of a folder.

    Args:
        name: one of FORMATS.
        input_dir: the folder.
        fields: where text, labels and id stand, for formats with fields.
    """
    if name in _WITH_FIELDS:
        return _WITH_FIELDS[name](input_dir, fields)
    return _PUBLISHED[name](input_dir)
