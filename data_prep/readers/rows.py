"""Documents that a program gives: rows of a table, dictionaries, a file."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.csv_table import CsvReader
from axml_tf.data_prep.readers.document import Document, make_document
from axml_tf.data_prep.readers.fields import Fields
from axml_tf.data_prep.readers.jsonl import JsonlReader
from axml_tf.data_prep.readers.on_bad_record import FAIL, OnBadRecord
from axml_tf.data_prep.readers.quoting import quote, quote_names


@runtime_checkable
class Table(Protocol):
    """What a pandas DataFrame has, and others like it."""

    columns: Any

    def __getitem__(self, name: str) -> Iterable[Any]:
        """The values of a column."""


Rows: TypeAlias = Table | Iterable[Mapping[str, Any]] | str | os.PathLike


class RowsReader:
    """Reads what a program gives.

    Args:
        splits: documents by name of the split; each is gone through more
            than once.
        fields: where text, labels and id stand in a row.

    Raises:
        UserError: a split is no collection of documents, or a file of
            another kind.
    """

    def __init__(self, splits: Mapping[str, Rows], fields: Fields):
        self._splits = splits
        self._fields = fields
        for name, rows in splits.items():
            if isinstance(rows, Iterator):
                raise UserError(
                    f"{name} can be gone through once only, and is read more "
                    "than once: make a list of it."
                )
            if isinstance(rows, str | os.PathLike):
                self._file_reader(Path(rows))

    def splits(self) -> list[str]:
        """Names of the splits that are there, train first."""
        return list(self._splits)

    def expected(self, split: str) -> str:
        """What makes up a split, for messages."""
        return f"documents for {split}"

    def read(
        self, split: str, on_bad_record: OnBadRecord = FAIL
    ) -> Iterator[Document]:
        """Yields the documents of a split.

        Raises:
            UserError: there is no document, or one has no text, or labels of
                another kind than a list of names or a string.
        """
        rows = self._splits[split]
        if isinstance(rows, str | os.PathLike):
            path = Path(rows)
            yield from self._file_reader(path).read_file(path, on_bad_record)
            return
        has_ids = None
        for number, row in enumerate(_dictionaries(rows, self._fields)):
            place = f"document {number} of {split}"
            with on_bad_record:
                if not isinstance(row, Mapping):
                    raise UserError(
                        f"{place}: expected a dictionary, found {quote(row)}."
                    )
                if has_ids is None:
                    has_ids = self._fields.has_ids(row)
                yield make_document(
                    str(_value(row, self._fields.id_field, place))
                    if has_ids
                    else str(number),
                    self._text(row, place),
                    self._labels(row, place),
                    place,
                )
        if has_ids is None:
            raise UserError(f"There is no document for {split}.")

    def _file_reader(self, path: Path) -> JsonlReader | CsvReader:
        if path.name.endswith((".jsonl", ".jsonl.gz")):
            return JsonlReader(path.parent, self._fields)
        if path.suffix == ".csv":
            return CsvReader(path.parent, self._fields)
        raise UserError(
            f"{path} must end in .jsonl, .jsonl.gz or .csv. For folders and "
            "other formats there is axml-prepare."
        )

    def _text(self, row: Mapping[str, Any], place: str) -> bytes:
        value = _value(row, self._fields.text_field, place)
        if isinstance(value, bytes):
            return value
        if not isinstance(value, str):
            raise UserError(
                f"{place}: expected a text in {self._fields.text_field!r}, "
                f"found {quote(value)}."
            )
        return value.encode("utf-8", "surrogatepass")

    def _labels(self, row: Mapping[str, Any], place: str) -> list[str]:
        value = _value(row, self._fields.labels_field, place)
        if isinstance(value, str):
            return self._fields.split_labels(value)
        if not isinstance(value, Iterable):
            raise UserError(
                f"{place}: expected a list of names or a string in "
                f"{self._fields.labels_field!r}, found {quote(value)}."
            )
        return [str(label) for label in value]


def _dictionaries(rows: Any, fields: Fields) -> Iterable[Any]:
    """The rows of a table, or what is rows already."""
    if not isinstance(rows, Table):
        return rows
    names = [str(name) for name in rows.columns]
    wanted = [
        name
        for name in (fields.text_field, fields.labels_field, fields.id_field)
        if name in names
    ]
    columns = [rows[name] for name in wanted]
    return (
        dict(zip(wanted, values, strict=True))
        for values in zip(*columns, strict=True)
    )


def _value(row: Mapping[str, Any], name: str, place: str) -> Any:
    if name not in row:
        raise UserError(
            f"{place}: {name!r} is missing; there are {quote_names(row)}. "
            "Name them by text=, labels= and id=."
        )
    return row[name]
