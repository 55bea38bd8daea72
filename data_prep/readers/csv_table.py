"""The `csv` format: SPLIT.csv with a header line."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import SPLITS, Document, make_document
from axml_tf.data_prep.readers.fields import Fields
from axml_tf.data_prep.readers.line_files import MAX_LINE_BYTES
from axml_tf.data_prep.readers.on_bad_record import FAIL, OnBadRecord
from axml_tf.data_prep.readers.quoting import quote, quote_names


class CsvReader:
    """Reads a folder in the `csv` format.

    The labels of a document stand in one column and are split at
    `fields.label_separator`. Bytes that are no UTF-8 are kept in texts.

    Args:
        input_dir: the folder.
        fields: names of the columns of text, labels and id.
    """

    def __init__(self, input_dir: str | os.PathLike, fields: Fields):
        self.input_dir = Path(input_dir)
        self.fields = fields

    def splits(self) -> list[str]:
        """Names of the splits that are there."""
        return [split for split in SPLITS if self._path(split).is_file()]

    def expected(self, split: str) -> str:
        """Name of the file that holds a split, for messages."""
        return f"{split}.csv"

    def read(
        self, split: str, on_bad_record: OnBadRecord = FAIL
    ) -> Iterator[Document]:
        """Yields the documents of a split.

        Raises:
            OSError: the file is missing.
            UserError: as of `read_file`.
        """
        yield from self.read_file(self._path(split), on_bad_record)

    def read_file(
        self, path: Path, on_bad_record: OnBadRecord = FAIL
    ) -> Iterator[Document]:
        """Yields the documents of a file of any name.

        Raises:
            UserError: the file has no header or no row, a column is missing
                or stands twice, a row does not fit the header, or a line or a
                field is too long.
            OSError: the file is missing.
        """
        # The module's own limit, 128 KB a field, is too small for texts.
        csv.field_size_limit(MAX_LINE_BYTES)
        number = -1
        with open(
            path, encoding="utf-8-sig", errors="surrogateescape", newline=""
        ) as file:
            rows = _rows(file, path)
            _, header = next(rows, (1, []))
            columns = self._columns(header, path)
            for number, (line, row) in enumerate(rows):
                place = f"{path}, line {line}"
                with on_bad_record:
                    yield self._document(row, columns, number, place)
        if number < 0:
            raise UserError(f"{path} is empty: expected a row a document.")

    def _path(self, split: str) -> Path:
        return self.input_dir / f"{split}.csv"

    def _columns(self, header: list[str], path: Path) -> dict[str, int]:
        columns = {name: index for index, name in enumerate(header)}
        if len(columns) < len(header):
            twice = next(name for name in header if header.count(name) > 1)
            raise UserError(
                f"{path}, line 1: column {quote(twice)} stands twice."
            )
        wanted = [self.fields.text_field, self.fields.labels_field]
        if self.fields.has_ids(columns):
            wanted.append(self.fields.id_field)
        for name in wanted:
            if name not in columns:
                raise UserError(
                    f"{path}, line 1: column {name!r} is missing; there are "
                    f"{quote_names(columns)}. Name the columns by "
                    "--text_field, --labels_field and --id_field."
                )
        return columns

    def _document(
        self, row: list[str], columns: dict[str, int], number: int, place: str
    ) -> Document:
        if len(row) != len(columns):
            raise UserError(
                f"{place}: expected {len(columns)} fields, found {len(row)}."
            )
        id_column = columns.get(self.fields.id_field)
        return make_document(
            str(number) if id_column is None else row[id_column],
            row[columns[self.fields.text_field]].encode(
                "utf-8", "surrogateescape"
            ),
            self.fields.split_labels(row[columns[self.fields.labels_field]]),
            place,
        )


def _rows(file: TextIO, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yields the fields of every row, and the line in which it ends."""
    rows = csv.reader(_bounded_lines(file, path), strict=True)
    try:
        for row in rows:
            # An empty line gives an empty row.
            if row:
                yield rows.line_num, row
    except csv.Error as error:
        raise UserError(f"{path}, line {rows.line_num}: {error}.") from error


def _bounded_lines(file: TextIO, path: Path) -> Iterator[str]:
    lines = iter(lambda: file.readline(MAX_LINE_BYTES + 1), "")
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE_BYTES:
            raise UserError(
                f"{path}, line {number}: expected lines of at most "
                f"{MAX_LINE_BYTES:,} bytes."
            )
        yield line
