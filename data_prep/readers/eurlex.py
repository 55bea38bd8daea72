"""The `eurlex` format: EUR-Lex as TU Darmstadt publishes it.

    eurlex_tokenstring_CV1-10_train.arff    one of the ten folds; any other
    eurlex_tokenstring_CV1-10_test.arff     number will do
    id2class_eurlex_eurovoc.qrels           `descriptor document 1` a line

or, in place of a fold, the whole corpus and a list of your own, because no
other split is published with it:

    eurlex_tokenstring.arff                 all documents
    test_ids.txt                            numbers of the test documents, one
                                            a line; without it all are train

each as it is or as .gz. A document is a row `number,'tokens'`, its words as
the publishers have split them. Of the three sets of labels the EUROVOC
descriptors are read, as the paper does; a document without any in the qrels
file has no labels.

The split that the paper uses (15,449 and 3,865 documents) is none of the
folds: it comes as train_texts.txt and train_labels.txt, the `lines` format.

Source: Loza Mencia and Fuernkranz, 2010,
https://ke-tud.github.io/resources/eurlex.html
"""

import functools
import os
from collections.abc import Iterator
from pathlib import Path

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.arff import read_numbered_strings
from axml_tf.data_prep.readers.document import Document, make_document
from axml_tf.data_prep.readers.line_files import (
    find_file,
    numbered_lines,
    require_file,
)
from axml_tf.data_prep.readers.on_bad_record import FAIL, OnBadRecord
from axml_tf.data_prep.readers.qrels import LabelTable, parse_number
from axml_tf.data_prep.readers.unique_ids import UniqueIds

_FOLD = "eurlex_tokenstring_CV{}-10_{}.arff"
_FOLDS = range(1, 11)
_WHOLE = "eurlex_tokenstring.arff"
_TEST_IDS = "test_ids.txt"
_DESCRIPTORS = "id2class_eurlex_eurovoc.qrels"


class EurlexReader:
    """Reads a folder in the `eurlex` format.

    Args:
        input_dir: the folder.

    Raises:
        UserError: there are files of several folds.
    """

    def __init__(self, input_dir: str | os.PathLike):
        self.input_dir = Path(input_dir)
        folds = [fold for fold in _FOLDS if self._find_fold(fold, "train")]
        if len(folds) > 1:
            raise UserError(
                f"{input_dir} has the folds {', '.join(map(str, folds))}. "
                "Leave the files of one."
            )
        self._fold = folds[0] if folds else None

    def splits(self) -> list[str]:
        """Names of the splits that are there."""
        if self._fold:
            found = (
                split
                for split in ("train", "test")
                if self._find_fold(self._fold, split)
            )
            return list(found)
        if not find_file(self.input_dir, [_WHOLE]):
            return []
        return ["train", "test"] if self._test_ids else ["train"]

    def expected(self, split: str) -> str:
        """Names of the files that make up a split, for messages."""
        return (
            f"{_FOLD.format(1, split)} (or the file of another fold), or "
            f"{_WHOLE} and {_TEST_IDS}, beside {_DESCRIPTORS} (or .gz of each)"
        )

    def read(
        self, split: str, on_bad_record: OnBadRecord = FAIL
    ) -> Iterator[Document]:
        """Yields the documents of a split.

        Raises:
            UserError: a file is missing or damaged, a line is malformed, a
                document stands twice, or test_ids.txt has one that is not in
                the corpus.
        """
        name = _FOLD.format(self._fold, split) if self._fold else _WHOLE
        path = require_file(self.input_dir, [name], self.expected(split))
        # Here: if it is damaged, this concerns no single record.
        descriptors = self._descriptors
        ids = UniqueIds()
        missing = dict(self._test_ids)
        rows = read_numbered_strings(path, on_bad_record)
        for line, digits, text in rows:
            place = f"{path}, line {line}"
            with on_bad_record:
                number = parse_number(digits, place)
                ids.add(str(number), path, line)
                missing.pop(number, None)
                if self._fold or self._is_in(number, split):
                    labels = descriptors.labels_of(number)
                    yield make_document(str(number), text, labels, place)
        ids.check()
        if missing:
            number, line = next(iter(missing.items()))
            raise UserError(
                f"{self.input_dir / _TEST_IDS}, line {line}: {path} has no "
                f"document {number}."
            )

    def _is_in(self, number: int, split: str) -> bool:
        return (number in self._test_ids) == (split == "test")

    @functools.cached_property
    def _test_ids(self) -> dict[int, int]:
        """Numbers of the test documents, and the lines they stand in."""
        path = find_file(self.input_dir, [_TEST_IDS])
        if self._fold or path is None:
            return {}
        found: dict[int, int] = {}
        for line, content in numbered_lines(path):
            place = f"{path}, line {line}"
            number = parse_number(content.strip(), place)
            if number in found:
                raise UserError(f"{place}: line {found[number]} again.")
            found[number] = line
        if not found:
            raise UserError(f"{path} is empty: expected a number a line.")
        return found

    @functools.cached_property
    def _descriptors(self) -> LabelTable:
        return LabelTable(
            require_file(self.input_dir, [_DESCRIPTORS], self.expected("train"))
        )

    def _find_fold(self, fold: int, split: str) -> Path | None:
        return find_file(self.input_dir, [_FOLD.format(fold, split)])
