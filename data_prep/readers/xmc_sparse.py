"""The `xmc_sparse` format: word counts, as the repository publishes them.

    train.txt or trn.txt or NAME_train.txt      eurlex_train.txt, ...
    dev.txt or validation.txt                   if there is one
    test.txt or tst.txt or NAME_test.txt

each as it is or as .gz. The first line has the numbers of documents, features
and labels, every other line a document: its labels, then its features.

    15539 5000 3993
    446,521 1:0.084556 5:0.162904
     12:0.3 77:0.1

The second document has no labels: its line begins with a space. Features and
labels are counted from 0. Values, counts or weights, are kept as they are.
There is no text: a set like this feeds the sparse systems only. A document's
id is its place, counted from 0; `xmc_labels.py` has the labels' names.

Source: the Extreme Classification Repository,
http://manikvarma.org/downloads/XC/XMLRepository.html
"""

import functools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import make_document
from axml_tf.data_prep.readers.line_files import find_file, numbered_lines
from axml_tf.data_prep.readers.on_bad_record import FAIL, OnBadRecord
from axml_tf.data_prep.readers.sparse_line import split_line
from axml_tf.data_prep.readers.xmc_labels import read_label_names

_NAMES = {
    "train": ("train.txt", "trn.txt"),
    "dev": ("dev.txt", "validation.txt"),
    "test": ("test.txt", "tst.txt"),
}
_HEADER = re.compile(rb"\s*(\d{1,18})\s+(\d{1,18})\s+(\d{1,18})\s*")
_MAX_INDEX = np.iinfo(np.int32).max


class SparseDocument(NamedTuple):
    """A document of which only words and their values are known.

    Attributes:
        id: unique within its split.
        labels: names of its labels, no repeats.
        features: int32, numbers of its words, no repeats.
        values: float32, one for each.
    """

    id: str
    labels: tuple[str, ...]
    features: np.ndarray
    values: np.ndarray


class _Header(NamedTuple):
    num_documents: int
    num_features: int
    num_labels: int


class XmcSparseReader:
    """Reads a folder in the `xmc_sparse` format.

    Args:
        input_dir: the folder.
    """

    def __init__(self, input_dir: str | os.PathLike):
        self.input_dir = Path(input_dir)

    def splits(self) -> list[str]:
        """Names of the splits that are there.

        Raises:
            UserError: several files might be a split.
        """
        return [split for split in _NAMES if self._find(split)]

    def expected(self, split: str) -> str:
        """Names of the files that hold a split, for messages."""
        return f"{', '.join(_NAMES[split])} or NAME_{split}.txt (or .gz)"

    def num_features(self) -> int:
        """Features of every document, those that are 0 included."""
        return self._header("train").num_features

    def read(
        self, split: str, on_bad_record: OnBadRecord = FAIL
    ) -> Iterator[SparseDocument]:
        """Yields the documents of a split.

        Raises:
            UserError: the file is damaged, its header is malformed or is not
                that of the training file, it has another number of documents
                than its header says, or a line is malformed or has a label or
                a feature out of range or twice.
        """
        path = self._path(split)
        header = self._header(split)
        self._check_like_training(header, path)
        number = 1
        for number, line in numbered_lines(path):
            if number == 1:
                continue
            place = f"{path}, line {number}"
            if number > header.num_documents + 1:
                raise UserError(
                    f"{place}: line 1 says {header.num_documents:,} "
                    "documents, but here is another one."
                )
            with on_bad_record:
                labels, pairs = split_line(line, place)
                names = [self._name(label, header, place) for label in labels]
                document = make_document(str(number - 2), b"", names, place)
                yield SparseDocument(
                    document.id,
                    document.labels,
                    *_features(pairs, header.num_features, place),
                )
        if number < header.num_documents + 1:
            raise UserError(
                f"{path}, line {number}: line 1 says "
                f"{header.num_documents:,} documents, but this is the last "
                "line: the file is cut short."
            )

    @functools.cached_property
    def _label_names(self) -> list[str] | None:
        return read_label_names(self.input_dir)

    def _path(self, split: str) -> Path:
        path = self._find(split)
        if path is None:
            raise UserError(
                f"{self.input_dir} has no {_NAMES[split][0]}: expected "
                f"{self.expected(split)}."
            )
        return path

    def _find(self, split: str) -> Path | None:
        path = find_file(self.input_dir, _NAMES[split])
        if path:
            return path
        found = sorted(self.input_dir.glob(f"*_{split}.txt")) or sorted(
            self.input_dir.glob(f"*_{split}.txt.gz")
        )
        if len(found) > 1:
            raise UserError(
                f"{self.input_dir} has {found[0].name} and {found[1].name}: "
                f"leave one file for {split}."
            )
        return found[0] if found else None

    def _header(self, split: str) -> _Header:
        path = self._path(split)
        _, line = next(numbered_lines(path), (1, b""))
        match = _HEADER.fullmatch(line)
        header = _Header(*map(int, match.groups())) if match else None
        if not header or not all(0 < n <= _MAX_INDEX for n in header):
            raise UserError(
                f"{path}, line 1: expected the numbers of documents, features "
                f"and labels, found {line!r:.60}."
            )
        return header

    def _check_like_training(self, header: _Header, path: Path) -> None:
        training = self._header("train")
        if header[1:] != training[1:]:
            raise UserError(
                f"{path}, line 1: expected {training.num_features} features "
                f"and {training.num_labels} labels, as the training file has, "
                f"found {header.num_features} and {header.num_labels}."
            )
        names = self._label_names
        if names is not None and len(names) != header.num_labels:
            raise UserError(
                f"{path}, line 1: {header.num_labels} labels, but the file of "
                f"their names has {len(names)}."
            )

    def _name(self, label: int, header: _Header, place: str) -> str:
        if not 0 <= label < header.num_labels:
            raise UserError(
                f"{place}: expected labels of at least 0 and below "
                f"{header.num_labels}, as line 1 says; found {label}."
            )
        names = self._label_names
        return str(label) if names is None else names[label]


def _features(
    pairs: bytes, num_features: int, place: str
) -> tuple[np.ndarray, np.ndarray]:
    numbers = np.fromstring(pairs.replace(b":", b" "), sep=" ")
    features = numbers[0::2]
    if len(features) and not (
        features.min() >= 0 and features.max() < num_features
    ):
        wrong = features[(features < 0) | (features >= num_features)][0]
        raise UserError(
            f"{place}: expected features of at least 0 and below "
            f"{num_features}, as line 1 says; found {wrong:.0f}."
        )
    features = features.astype(np.int32)
    # Nearly always they ascend.
    if not (np.diff(features) > 0).all():
        distinct, counts = np.unique(features, return_counts=True)
        if len(distinct) < len(features):
            raise UserError(
                f"{place}: feature {distinct[counts > 1][0]} stands twice."
            )
    with np.errstate(over="ignore"):
        values = numbers[1::2].astype(np.float32)
    if not np.isfinite(values).all():
        raise UserError(f"{place}: a value is too large.")
    return features, values
