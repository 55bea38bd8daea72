"""labels.txt and SPLIT.labels.txt, read line by line."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from axml_tf.console.errors import UserError
from axml_tf.dataset.dataset_info import MOST_LABELS

_LABEL_IDS = re.compile(r"(?:-?[0-9]{1,15}(?: -?[0-9]{1,15})*)?")
_COUNT = re.compile(r"[0-9]{1,15}")
# Characters of a line of text: of the names and ids in use none is near it.
_MOST_CHARACTERS = 2**20


def read_labels(path: Path) -> tuple[list[str], list[int]]:
    """Names and training counts of all labels, unseen ones last, by id.

    Args:
        path: of labels.txt.

    Raises:
        UserError: it is missing or damaged.
    """
    names, counts = [], []
    for number, line in enumerate(_lines(path), 1):
        name, tab, count = line.partition("\t")
        if not tab or not _COUNT.fullmatch(count):
            raise UserError(
                f"{path}, line {number}: expected name, tab, count; found "
                f"{line[:60]!r}. Prepare the data again."
            )
        names.append(name)
        counts.append(int(count))
    return names, counts


def read_true_labels(path: Path) -> Iterator[tuple[str, list[int]]]:
    """Yields document id and label ids of every document of a split.

    Args:
        path: of SPLIT.labels.txt.

    Raises:
        UserError: it is missing or damaged.
    """
    for number, line in enumerate(_lines(path), 1):
        document_id, tab, labels = line.rpartition("\t")
        if not tab or not _LABEL_IDS.fullmatch(labels):
            raise UserError(
                f"{path}, line {number}: expected id, tab, label ids with "
                f"spaces between; found {line[:60]!r}. Prepare the data again."
            )
        label_ids = list(map(int, labels.split()))
        if label_ids and not (
            min(label_ids) >= 0 and max(label_ids) < MOST_LABELS
        ):
            wrong = min(label_ids) if min(label_ids) < 0 else max(label_ids)
            raise UserError(
                f"{path}, line {number}: there is no label id {wrong}. "
                "Prepare the data again."
            )
        yield document_id, label_ids


def _lines(path: Path) -> Iterator[str]:
    if not path.is_file():
        raise UserError(f"{path} is missing. Prepare the data again.")
    # newline="\n": other line separators may stand inside an id or a label.
    with open(path, encoding="utf-8", newline="\n") as file:
        try:
            for number in itertools.count(1):
                line = file.readline(_MOST_CHARACTERS)
                if len(line) == _MOST_CHARACTERS:
                    raise UserError(
                        f"{path}, line {number}: expected fewer than "
                        f"{_MOST_CHARACTERS:,} characters. Prepare the data "
                        "again."
                    )
                if not line:
                    return
                yield line.removesuffix("\n")
        except UnicodeDecodeError as error:
            raise UserError(
                f"{path} is damaged ({error}). Prepare the data again."
            ) from error
