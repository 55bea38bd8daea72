"""Raw records that were skipped: how many, where they stand, and why."""

import os
import re
from pathlib import Path
from types import TracebackType

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.on_bad_record import OnBadRecord

SKIPPED_FILE = "skipped.txt"

_MOST_SHOWN = 20
_PLACE = re.compile(r"(.*?, (?:after )?line \d+): (.*)")


class SkippedRecords:
    """Collects the records that the readers skip.

    A file is read more than once; a record of it counts once. Memory grows
    with the number of bad records.
    """

    def __init__(self) -> None:
        # Splits by message: a message begins with file and line.
        self._splits: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._splits)

    def of(self, split: str) -> OnBadRecord:
        """What the reader of a split takes its records within."""
        return _Skipping(self._splits, split)

    def write(self, output_dir: str | os.PathLike) -> None:
        """Writes skipped.txt, unless nothing was skipped.

        A line has split, place and reason of a record, tabs between.
        """
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
            return "bad records skipped: none"
        messages = list(self._splits)
        lines = [
            f"bad records skipped: {len(messages):,}, see {SKIPPED_FILE}:",
            *messages[:_MOST_SHOWN],
        ]
        if len(messages) > _MOST_SHOWN:
            lines.append(f"and {len(messages) - _MOST_SHOWN:,} more")
        return "\n  ".join(lines)


class _Skipping(OnBadRecord):
    def __init__(self, splits: dict[str, str], split: str):
        self._splits = splits
        self._split = split

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if not isinstance(error, UserError):
            return False
        message = " ".join(str(error).split())
        self._splits.setdefault(message, self._split)
        return True
