"""Names of labels in folders of the Extreme Classification Repository.

One of these files, as it is or as .gz; without any, a label's number, counted
from 0, is its name:

    Yf.txt, Y.txt       a name a line
    lbl.json            a line {"uid": ..., "title": ...} a label; the name is
                        the title, or `title (uid)` where it does not tell
                        labels apart
"""

import collections
import os
from pathlib import Path

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.json_object import parse_object
from axml_tf.data_prep.readers.line_files import find_file, numbered_lines

_LINES = ("Yf.txt", "Y.txt")
_OBJECTS = ("lbl.json",)


def read_label_names(input_dir: str | os.PathLike) -> list[str] | None:
    """Names of all labels by number; None where there is no file of them.

    Raises:
        UserError: the file is damaged, or a line is empty, malformed, or
            stands twice.
    """
    path = find_file(input_dir, _LINES)
    if path:
        return _read_lines(path)
    path = find_file(input_dir, _OBJECTS)
    return _read_objects(path) if path else None


def _read_lines(path: Path) -> list[str]:
    names: dict[str, int] = {}
    for number, line in numbered_lines(path):
        name = _on_one_line(_decode(line))
        if not name:
            raise UserError(f"{path}, line {number}: expected a label's name.")
        _add(names, name, number, path)
    return list(names)


def _read_objects(path: Path) -> list[str]:
    uids: dict[str, int] = {}
    titles = []
    for number, line in numbered_lines(path):
        place = f"{path}, line {number}"
        record = parse_object(line, place)
        uid, title = (record.get(field) for field in ("uid", "title"))
        if not isinstance(uid, str) or not isinstance(title, str) or not uid:
            raise UserError(
                f"{place}: expected the strings 'uid' and 'title', found "
                f"{line!r:.80}."
            )
        _add(uids, _on_one_line(uid), number, path)
        titles.append(_on_one_line(title))
    counts = collections.Counter(titles)
    names: dict[str, int] = {}
    for number, (uid, title) in enumerate(zip(uids, titles, strict=True), 1):
        if not title or counts[title] > 1:
            title = f"{title} ({uid})".strip()
        _add(names, title, number, path)
    return list(names)


def _add(seen: dict[str, int], name: str, number: int, path: Path) -> None:
    if name in seen:
        raise UserError(
            f"{path}, line {number}: {name!r:.60} stands in line "
            f"{seen[name]} already."
        )
    seen[name] = number


def _decode(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        # Not every published file is UTF-8.
        return line.decode("latin-1")


def _on_one_line(name: str) -> str:
    return " ".join(name.split())
