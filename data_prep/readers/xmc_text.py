"""The `xmc_text` format: raw texts of the Extreme Classification Repository.

    trn.json, tst.json, and dev.json if there is one; or trn.raw.json, ...

each as it is or as .gz, a document a line:

    {"uid": "0000031909", "title": "Girls Ballet Tutu", "content": "High
     quality 3 layer tutu.", "target_ind": [15, 16], "target_rel": [1.0, 1.0]}

The text is title, space, content. `target_ind` numbers the labels from 0;
`xmc_labels.py` has their names. `target_rel`, how relevant each label is, may
be missing; a label that is listed counts, whatever it says.

AmazonCat-13K comes like this, and the other sets of which the repository has
raw texts.

Source: http://manikvarma.org/downloads/XC/XMLRepository.html
"""

import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import Document, make_document
from axml_tf.data_prep.readers.json_object import encode_text, parse_object
from axml_tf.data_prep.readers.line_files import (
    find_file,
    numbered_lines,
    require_file,
)
from axml_tf.data_prep.readers.on_bad_record import FAIL, OnBadRecord
from axml_tf.data_prep.readers.quoting import quote, quote_names
from axml_tf.data_prep.readers.unique_ids import UniqueIds
from axml_tf.data_prep.readers.xmc_labels import read_label_names

_STEMS = {"train": "trn", "dev": "dev", "test": "tst"}
# What JSON holds, for messages.
_KINDS = {str: "a string", list: "a list"}

_Value = TypeVar("_Value", str, list)


class XmcTextReader:
    """Reads a folder in the `xmc_text` format.

    Args:
        input_dir: the folder.
    """

    def __init__(self, input_dir: str | os.PathLike):
        self.input_dir = Path(input_dir)

    def splits(self) -> list[str]:
        """Names of the splits that are there."""
        return [s for s in _STEMS if find_file(self.input_dir, _names(s))]

    def expected(self, split: str) -> str:
        """Names of the files that make up a split, for messages."""
        stem = _STEMS[split]
        return f"{stem}.json or {stem}.raw.json (or .gz)"

    def read(
        self, split: str, on_bad_record: OnBadRecord = FAIL
    ) -> Iterator[Document]:
        """Yields the documents of a split.

        Raises:
            UserError: a file is empty or damaged, a line is no object with
                the expected fields, a label is out of range, or an id stands
                twice.
        """
        path = require_file(self.input_dir, _names(split), self.expected(split))
        # Here: if it is damaged, this concerns no single record.
        label_names = self._label_names
        ids = UniqueIds()
        number = 0
        for number, line in numbered_lines(path):
            place = f"{path}, line {number}"
            with on_bad_record:
                document = _document(line, label_names, place)
                ids.add(document.id, path, number)
                yield document
        if not number:
            raise UserError(f"{path} is empty: expected a line a document.")
        ids.check()

    @functools.cached_property
    def _label_names(self) -> list[str] | None:
        return read_label_names(self.input_dir)


def _names(split: str) -> tuple[str, str]:
    stem = _STEMS[split]
    return f"{stem}.json", f"{stem}.raw.json"


def _document(
    line: bytes, label_names: list[str] | None, place: str
) -> Document:
    record = parse_object(line, place)
    uid, title, content = (
        _field(record, name, str, place) for name in ("uid", "title", "content")
    )
    targets = _field(record, "target_ind", list, place)
    relevances = record.get("target_rel")
    if relevances is not None and (
        not isinstance(relevances, list) or len(relevances) != len(targets)
    ):
        raise UserError(
            f"{place}: expected as many entries in 'target_rel' as in "
            "'target_ind'."
        )
    labels = [_label(target, label_names, place) for target in targets]
    text = encode_text(f"{title} {content}")
    return make_document(uid, text, labels, place)


def _label(target: Any, names: list[str] | None, place: str) -> str:
    # A boolean is an integer, too.
    if type(target) is not int:
        raise UserError(
            f"{place}: expected integers in 'target_ind', found "
            f"{quote(target)}."
        )
    end = None if names is None else len(names)
    if target < 0 or (end is not None and target >= end):
        bound = "" if end is None else f" and below {end:,}, the labels"
        raise UserError(
            f"{place}: expected labels of at least 0{bound}; found "
            f"{quote(target)}."
        )
    return str(target) if names is None else names[target]


def _field(
    record: dict[str, Any], name: str, kind: type[_Value], place: str
) -> _Value:
    if name not in record:
        raise UserError(
            f"{place}: field {name!r} is missing; there are "
            f"{quote_names(record)}."
        )
    value = record[name]
    if not isinstance(value, kind):
        raise UserError(
            f"{place}: expected {_KINDS[kind]} in field {name!r}, found "
            f"{quote(value)}."
        )
    return value
