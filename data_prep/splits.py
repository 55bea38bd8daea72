"""Which documents of the raw files go to which split."""

import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from tqdm import tqdm

from axml_tf.console.errors import UserError
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.formats import Reader, make_reader
from axml_tf.data_prep.readers.on_bad_record import FAIL
from axml_tf.data_prep.readers.xmc_sparse import SparseDocument, XmcSparseReader
from axml_tf.data_prep.skipped_records import SkippedRecords

_Document = TypeVar("_Document", bound=Document | SparseDocument)


def open_reader(config: PrepareConfig) -> Reader[Document] | XmcSparseReader:
    """The reader of the input folder.

    Raises:
        UserError: there is no such folder, or it has no training documents.
    """
    if not Path(config.input_dir).is_dir():
        raise UserError(f"There is no input folder {config.input_dir}.")
    reader = make_reader(config.format, config.input_dir, config.fields())
    if "train" not in reader.splits():
        raise UserError(
            f"{config.input_dir} has no training documents: expected "
            f"{reader.expected('train')}. Other formats: --format."
        )
    return reader


class RawSplits(Generic[_Document]):
    """Raw documents by the split that they are written to.

    Without development documents some of the training documents become such,
    chosen by a hash of seed and id: the choice does not depend on their
    order.

    Args:
        reader: gives the raw documents.
        config: says how documents for dev are chosen, and what happens to a
            record that cannot be read.

    Attributes:
        config: the same.
        names: of the splits to write, train first.
        skipped: the records that could not be read; None where the first
            such record is an error.
    """

    def __init__(self, reader: Reader[_Document], config: PrepareConfig):
        self._reader = reader
        self.config = config
        self._input_splits = reader.splits()
        self.names = config.output_splits(self._input_splits)
        self.skipped = (
            SkippedRecords() if config.on_bad_record == "skip" else None
        )

    def documents(self, split: str, description: str) -> Iterator[_Document]:
        """The documents of a split that is written, with a progress bar.

        Args:
            split: one of `names`.
            description: of the progress bar.
        """
        source = split if split in self._input_splits else "train"
        split_of = self._split_chooser(source)
        on_bad_record = FAIL
        if self.skipped is not None:
            on_bad_record = self.skipped.of(source)
        documents = self._reader.read(source, on_bad_record)
        return (
            document
            for document in _with_progress(documents, description)
            if split_of(document) == split
        )

    def check_any_label(self, label_counts: Mapping[str, int]) -> None:
        """Checks that there is something to learn.

        Args:
            label_counts: training documents of each label.

        Raises:
            UserError: no training document has a label.
        """
        if not label_counts:
            skipped = (
                f"; {len(self.skipped):,} were skipped" if self.skipped else ""
            )
            raise UserError(
                f"No training document in {self.config.input_dir} has a "
                f"label{skipped}."
            )

    def check_not_empty(self, num_documents: Mapping[str, int]) -> None:
        """Checks that every split has got documents.

        Args:
            num_documents: of each split.

        Raises:
            UserError: one has none.
        """
        for name, count in num_documents.items():
            if not count:
                raise UserError(
                    f"No document is left for {name} with "
                    f"--valid_fraction={self.config.valid_fraction}: change "
                    "it or give a dev split."
                )

    def _split_chooser(self, source: str) -> Callable[[_Document], str]:
        """A function that says which split a document of `source` goes to."""
        config = self.config
        if source != "train" or not config.takes_dev_from_train(
            self._input_splits
        ):
            return lambda document: source

        def split_of(document: _Document) -> str:
            key = f"{config.seed}\t{document.id}".encode()
            number = int.from_bytes(hashlib.sha256(key).digest()[:8], "big")
            return "dev" if number < config.valid_fraction * 2**64 else "train"

        return split_of


def _with_progress(
    documents: Iterator[_Document], description: str
) -> Iterator[_Document]:
    # Into a log, not a terminal, goes a line now and then.
    interval = 0.5 if sys.stderr.isatty() else 30.0
    return tqdm(documents, desc=description, unit=" docs", mininterval=interval)
