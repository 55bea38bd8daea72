"""Which documents of the raw files go to which split."""

import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tqdm import tqdm

from axml_tf.console.errors import UserError
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.formats import Reader, make_reader
from axml_tf.data_prep.readers.on_bad_record import FAIL
from axml_tf.data_prep.readers.xmc_sparse import SparseDocument
from axml_tf.data_prep.skipped_records import SkippedRecords


def open_reader(config: PrepareConfig) -> Reader:
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


def split_documents(
    reader: Reader,
    split: str,
    splits: list[str],
    config: PrepareConfig,
    skipped: SkippedRecords | None,
    description: str,
) -> Iterator[Document | SparseDocument]:
    """The documents of a split that is written, with a progress bar.

    Args:
        reader: reader of the input folder.
        split: name of the split.
        splits: the splits of the input folder.
        config: says how documents for dev are chosen.
        skipped: takes the records that cannot be read; without it the first
            one is an error.
        description: of the progress bar.
    """
    source = split if split in splits else "train"
    split_of = _split_chooser(source, splits, config)
    bad_record = FAIL if skipped is None else skipped.of(source)
    documents = reader.read(source, bad_record)
    return (
        document
        for document in _with_progress(documents, description)
        if split_of(document) == split
    )


def check_any_label(
    label_counts: Mapping[str, int],
    config: PrepareConfig,
    skipped: SkippedRecords | None,
) -> None:
    """Checks that there is something to learn.

    Raises:
        UserError: no training document has a label.
    """
    if not label_counts:
        left_out = f"; {len(skipped):,} were left out" if skipped else ""
        raise UserError(
            f"No training document in {config.input_dir} has a label{left_out}."
        )


def check_not_empty(
    num_documents: Mapping[str, int], config: PrepareConfig
) -> None:
    """Checks that every split has got documents.

    Raises:
        UserError: one has none.
    """
    for name, count in num_documents.items():
        if not count:
            raise UserError(
                f"No document is left for {name} with "
                f"--valid_fraction={config.valid_fraction}: change it or "
                "give a dev split."
            )


def _split_chooser(
    split: str, splits: list[str], config: PrepareConfig
) -> Callable[[Document | SparseDocument], str]:
    """A function that says which split a document of `split` goes to.

    Without development documents some of the training documents become such,
    chosen by a hash of seed and id: the choice does not hang on their order.
    """
    if split != "train" or not config.takes_dev_from_train(splits):
        return lambda document: split

    def split_of(document: Document | SparseDocument) -> str:
        key = f"{config.seed}\t{document.id}".encode()
        number = int.from_bytes(hashlib.sha256(key).digest()[:8], "big")
        return "dev" if number < config.valid_fraction * 2**64 else "train"

    return split_of


def _with_progress(
    documents: Iterator[Document | SparseDocument], description: str
) -> Iterator[Document | SparseDocument]:
    # Into a log, not a terminal, goes a line now and then.
    interval = 0.5 if sys.stderr.isatty() else 30.0
    return tqdm(documents, desc=description, unit=" docs", mininterval=interval)
