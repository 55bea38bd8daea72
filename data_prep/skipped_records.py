"""Raw records that were left out: how many, where they stand, and why."""

import os
import re
from pathlib import Path

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.on_bad_record import BadRecord

SKIPPED_FILE = "skipped.txt"

_MOST_SHOWN = 20
_PLACE = re.compile(r"(.*?, (?:after )?line \d+): (.*)")


class SkippedRecords:
    """Collects what the readers leave out.

    A file is read more than once; a record of it counts once. Memory grows
    with the number of bad records.
    """

    def __init__(self):
        # Splits by message: a message begins with file and line.
        self._splits = {}

    def __len__(self) -> int:
        return len(self._splits)

    def of(self, split: str) -> BadRecord:
        """What the reader of a split takes its records with."""
        return _Skipping(self._splits, split)

    def write(self, output_dir: str | os.PathLike) -> None:
        """Writes split, place and reason, a line a record; none, no file."""
        if not self._splits:
            return
        lines = []
        for message, split in self._splits.items():
            match = _PLACE.fullmatch(message)
            place, reason = match.groups() if match else ("", message)
            lines.append(f"{split}\t{place}\t{reason}\n")
        Path(output_dir, SKIPPED_FILE).write_text(
            "".join(lines), encoding="utf-8", errors="backslashreplace"
        )

    def report(self) -> str:
        """How many, and the first of them, for the end of a run."""
        if not self._splits:
            return "bad records left out: none"
        messages = list(self._splits)
        lines = [
            f"bad records left out: {len(messages):,}, see {SKIPPED_FILE}:",
            *messages[:_MOST_SHOWN],
        ]
        if len(messages) > _MOST_SHOWN:
            lines.append(f"and {len(messages) - _MOST_SHOWN:,} more")
        return "\n  ".join(lines)


class _Skipping(BadRecord):
    def __init__(self, splits: dict[str, str], split: str):
        self._splits = splits
        self._split = split

    def __exit__(self, kind, error, traceback) -> bool:
        if not isinstance(error, UserError):
            return False
        message = " ".join(str(error).split())
        self._splits.setdefault(message, self._split)
        return True
