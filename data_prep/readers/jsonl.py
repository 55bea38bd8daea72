"""The `jsonl` format: SPLIT.jsonl or SPLIT.jsonl.gz, an object per line."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import SPLITS, Document, make_document
from axml_tf.data_prep.readers.fields import Fields
from axml_tf.data_prep.readers.json_object import encode_text, parse_object
from axml_tf.data_prep.readers.line_files import (
    find_file,
    numbered_lines,
    require_file,
)
from axml_tf.data_prep.readers.on_bad_record import FAIL, OnBadRecord
from axml_tf.data_prep.readers.quoting import quote, quote_names


class JsonlReader:
    """Reads a folder in the `jsonl` format.

    Labels are a list of strings (or integers), or one string that is split
    at `fields.label_separator`. Blank lines are ignored.

    Args:
        input_dir: the folder.
        fields: where text, labels and id stand in an object.
    """

    def __init__(self, input_dir: str | os.PathLike, fields: Fields):
        self.input_dir = Path(input_dir)
        self.fields = fields

    def splits(self) -> list[str]:
        """Names of the splits that are there."""
        return [s for s in SPLITS if find_file(self.input_dir, _names(s))]

    def expected(self, split: str) -> str:
        """Names of the files that make up a split, for messages."""
        return f"{split}.jsonl or {split}.jsonl.gz"

    def read(
        self, split: str, on_bad_record: OnBadRecord = FAIL
    ) -> Iterator[Document]:
        """Yields the documents of a split.

        Raises:
            UserError: the file is missing; or as of `read_file`.
        """
        path = require_file(self.input_dir, _names(split), self.expected(split))
        yield from self.read_file(path, on_bad_record)

    def read_file(
        self, path: Path, on_bad_record: OnBadRecord = FAIL
    ) -> Iterator[Document]:
        """Yields the documents of a file of any name.

        Raises:
            UserError: the file holds no document, is a damaged gzip file, or
                a line is no object with the expected fields.
        """
        has_ids = None
        is_empty = True
        for number, line in numbered_lines(path):
            place = f"{path}, line {number}"
            if not line.strip():
                continue
            is_empty = False
            with on_bad_record:
                record = parse_object(line, place)
                if has_ids is None:
                    has_ids = self.fields.has_ids(record)
                yield make_document(
                    _string(record, self.fields.id_field, place)
                    if has_ids
                    else str(number - 1),
                    encode_text(_string(record, self.fields.text_field, place)),
                    self._labels(record, place),
                    place,
                )
        if is_empty:
            raise UserError(f"{path} is empty: expected a line a document.")

    def _labels(self, record: dict[str, Any], place: str) -> list[str]:
        name = self.fields.labels_field
        value = _field(record, name, place)
        if isinstance(value, str):
            return self.fields.split_labels(value)
        if not isinstance(value, list) or not all(map(_is_name, value)):
            raise UserError(
                f"{place}: expected a list of strings or a string in field "
                f"{name!r}, found {quote(value)}."
            )
        return [str(label) for label in value]


def _names(split: str) -> list[str]:
    return [f"{split}.jsonl"]


def _field(record: dict[str, Any], name: str, place: str) -> Any:
    if name not in record:
        raise UserError(
            f"{place}: field {name!r} is missing; there are "
            f"{quote_names(record)}. Name the fields by "
            "--text_field, --labels_field and --id_field."
        )
    return record[name]


def _string(record: dict[str, Any], name: str, place: str) -> str:
    value = _field(record, name, place)
    if not _is_name(value):
        raise UserError(
            f"{place}: expected a string in field {name!r}, found "
            f"{quote(value)}."
        )
    return str(value)


def _is_name(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)
