"""The `lines` format: one document per line, texts and labels side by side.

    SPLIT_raw_texts.txt or SPLIT_texts.txt    the text
    SPLIT_labels.txt                          its labels, spaces between
    SPLIT_ids.txt (optional)                  its id; else the line number,
                                              counted from 0

Only a newline byte ends a line: a text may hold any other separator.
"""

import contextlib
import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import SPLITS, Document, make_document
from axml_tf.data_prep.readers.line_files import numbered_lines
from axml_tf.data_prep.readers.on_bad_record import FAIL, OnBadRecord


class LinesReader:
    """Reads a folder in the `lines` format.

    Args:
        input_dir: the folder.
    """

    def __init__(self, input_dir: str | os.PathLike):
        self.input_dir = Path(input_dir)

    def splits(self) -> list[str]:
        """Names of the splits that are there."""
        return [split for split in SPLITS if self._texts_path(split)]

    def expected(self, split: str) -> str:
        """Names of the files that make up a split, for messages."""
        return (
            f"{split}_raw_texts.txt (or {split}_texts.txt) beside "
            f"{split}_labels.txt"
        )

    def read(
        self, split: str, on_bad_record: OnBadRecord = FAIL
    ) -> Iterator[Document]:
        """Yields the documents of a split.

        Raises:
            UserError: the labels are missing, a file is empty, the files
                have different numbers of lines, a line is too long, or a
                name is malformed.
        """
        paths = self._paths(split)
        rows = itertools.zip_longest(*map(numbered_lines, paths))
        for number, row in enumerate(rows):
            if None in row:
                _raise_unequal(paths)
            text, labels, *ids = (line for _, line in row)
            with on_bad_record:
                yield make_document(
                    _decode(ids[0], paths[-1], number) if ids else str(number),
                    text,
                    _decode(labels, paths[1], number).split(),
                    f"{paths[1]}, line {number + 1}",
                )

    def _paths(self, split: str) -> list[Path]:
        """Files of texts, of labels and, if there is one, of ids."""
        texts, labels = self._texts_path(split), self._path(split, "labels")
        if texts is None:
            raise UserError(
                f"{self.input_dir} has no {split}_raw_texts.txt: expected "
                f"{self.expected(split)}."
            )
        if not labels.is_file():
            raise UserError(f"{labels} is missing beside {texts.name}.")
        paths = [texts, labels]
        if self._path(split, "ids").is_file():
            paths.append(self._path(split, "ids"))
        for path in paths:
            if path.stat().st_size == 0:
                raise UserError(f"{path} is empty: expected a line a document.")
        return paths

    def _texts_path(self, split: str) -> Path | None:
        for kind in ("raw_texts", "texts"):
            if self._path(split, kind).is_file():
                return self._path(split, kind)
        return None

    def _path(self, split: str, kind: str) -> Path:
        return self.input_dir / f"{split}_{kind}.txt"


def _decode(line: bytes, path: Path, number: int) -> str:
    try:
        return line.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path}, line {number + 1}: expected UTF-8 ({error})."
        ) from error


def _raise_unequal(paths: list[Path]) -> None:
    counts = [sum(1 for _ in numbered_lines(path)) for path in paths]
    found = ", ".join(
        f"{path} has {count:,}"
        for path, count in zip(paths, counts, strict=True)
    )
    raise UserError(f"Expected as many lines in each file; {found}.")


def write_lines(
    output_dir: str | os.PathLike, split: str, documents: Iterable[Document]
) -> None:
    """Writes a split in the `lines` format.

    Args:
        output_dir: folder, which is there.
        split: name of the split.
        documents: texts without a newline, labels without a space.
    """
    with contextlib.ExitStack() as stack:
        texts, labels, ids = (
            stack.enter_context(
                open(Path(output_dir, f"{split}_{kind}.txt"), "wb")
            )
            for kind in ("raw_texts", "labels", "ids")
        )
        for document in documents:
            texts.write(document.text + b"\n")
            labels.write(" ".join(document.labels).encode() + b"\n")
            ids.write(document.id.encode() + b"\n")
