"""Which file is of which system on which data set, from flags."""

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

from axml_tf.console.errors import UserError

# (set, system) to file.
_Files = dict[tuple[str, str], str]


@dataclasses.dataclass(frozen=True)
class SystemFiles:
    """The files of one system on one data set.

    Attributes:
        name: of the system.
        predictions: of the measured split.
        dev_predictions: of the dev split, which thresholds are picked on;
            None without.
        label_performance: AUC and AUPR from all scores; None without.
    """

    name: str
    predictions: str
    dev_predictions: str | None = None
    label_performance: str | None = None


@dataclasses.dataclass(frozen=True)
class SetFiles:
    """A data set, and the systems to measure on it.

    Attributes:
        name: of the data set.
        data_dir: folder that axml-prepare made.
        systems: the same names, in the same order, on every set.
    """

    name: str
    data_dir: str
    systems: list[SystemFiles]


def read_sets(
    data_dirs: Sequence[str],
    predictions: Sequence[str],
    dev_predictions: Sequence[str] = (),
    label_performance: Sequence[str] = (),
) -> list[SetFiles]:
    """Reads flags of the forms `SET=DIR` and `SET:NAME=FILE`.

    With a single data set `SET:` is not needed, nor is `SET=`: without it
    the set has the name of its folder.

    Args:
        data_dirs: of every data set.
        predictions: every system on every set.
        dev_predictions: of some of them.
        label_performance: of some of them.

    Returns:
        Sets and systems, in the order they were first given.

    Raises:
        UserError: a flag is not of its form, names something twice or
            something unknown, or a system lacks a file for a set.
    """
    folders = _folders(data_dirs)
    sets = list(folders)
    files = _files("predictions", predictions, sets)
    names = list(dict.fromkeys(name for _, name in files))
    for one in sets:
        for name in names:
            if (one, name) not in files:
                raise UserError(
                    f"{name} has no predictions on {one}: give "
                    f"--predictions={one}:{name}=FILE; the tables compare "
                    "the same systems on every data set."
                )
    dev = _files("dev_predictions", dev_predictions, sets, names)
    performance = _files("label_performance", label_performance, sets, names)
    return [
        SetFiles(
            one,
            folder,
            [
                SystemFiles(
                    name,
                    files[one, name],
                    dev.get((one, name)),
                    performance.get((one, name)),
                )
                for name in names
            ],
        )
        for one, folder in folders.items()
    ]


@contextlib.contextmanager
def told_of(path: str) -> Iterator[None]:
    """Puts a file's name before what is wrong with it.

    Args:
        path: of the file that is read or measured inside.

    Raises:
        UserError: the one from inside; its message names the file.
    """
    try:
        yield
    except UserError as error:
        message = str(error)
        if path not in message:
            message = f"{path}: {message}"
        raise UserError(message) from error


def _folders(data_dirs: Sequence[str]) -> dict[str, str]:
    folders: dict[str, str] = {}
    for entry in data_dirs:
        name, equals, folder = entry.partition("=")
        if not equals and len(data_dirs) == 1:
            name, folder = Path(entry).resolve().name, entry
        if not name or not folder:
            raise UserError(
                f"--data_dir={entry} must be SET=DIR: of several data sets, "
                "each needs a name."
            )
        if name in folders:
            raise UserError(
                f"--data_dir={entry}: {name} is given twice; give every "
                "data set a name of its own."
            )
        folders[name] = folder
    return folders


def _files(
    flag: str,
    entries: Sequence[str],
    sets: list[str],
    names: list[str] | None = None,
) -> _Files:
    """Files by set and system.

    Args:
        flag: name of the flag.
        entries: its values.
        sets: names of the data sets.
        names: systems allowed; None for any.
    """
    files: _Files = {}
    for entry in entries:
        key, _, file = entry.partition("=")
        one, colon, name = key.rpartition(":")
        if not colon and len(sets) == 1:
            one = sets[0]
        form = "NAME=FILE" if len(sets) == 1 else "SET:NAME=FILE"
        if not name or not file or not one:
            raise UserError(f"--{flag}={entry} must be {form}.")
        if one not in sets:
            raise UserError(
                f"--{flag}={entry}: there is no data set {one!r}; "
                f"--data_dir names {', '.join(sets)}."
            )
        if names is not None and name not in names:
            raise UserError(
                f"--{flag}={entry}: there is no system {name!r}; "
                f"--predictions names {', '.join(names)}."
            )
        if (one, name) in files:
            raise UserError(
                f"--{flag}={entry}: {name} is given twice; give every "
                "system a name of its own."
            )
        files[one, name] = file
    return files
