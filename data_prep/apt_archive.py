"""Takes lists of packages from the archives that apt-get knows.

With apt-get, into a folder of its own: the system's lists are not touched.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from axml_tf.console.errors import UserError

_APT_HELPER = "/usr/lib/apt/apt-helper"
_TIMEOUT_SECONDS = 300
# Settings of the system that are not copied: its hooks, and those that the
# configuration here has itself.
_NOT_COPIED = re.compile(
    r"(?:\S*-Invoke|Acquire::Languages|Dir::State|Dir::Cache)\S*\s"
)
# Relative paths below the state and the cache folder.
_FOLDERS = ("state/lists/partial", "cache/archives/partial", "parts")


def download(folder: Path) -> tuple[Iterator[str], Iterator[str]]:
    """Takes the lists of packages of the system's Debian archives.

    Args:
        folder: empty; what apt-get writes goes there.

    Returns:
        Lines of all Packages files, and of all Translation-en files.

    Raises:
        UserError: there is no apt, no network, or no Debian archive in the
            sources.
    """
    if not shutil.which("apt-get") or not Path(_APT_HELPER).is_file():
        raise UserError("There is no apt-get here to take packages with.")
    environment = {
        **os.environ,
        "APT_CONFIG": str(_write_configuration(folder)),
        "LC_ALL": "C",
    }
    _run(["apt-get", "update"], environment)
    targets = _run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(CREATED_BY)|$(ORIGIN)|$(FILENAME)",
        ],
        environment,
    )
    paths: dict[str, list[str]] = {"Packages": [], "Translations": []}
    for line in targets.splitlines():
        kind, origin, path = line.split("|", 2)
        if origin == "Debian" and kind in paths:
            paths[kind].append(path)
    if not all(paths.values()):
        raise UserError(
            "apt-get knows no Debian archive with packages and English "
            "descriptions; see /etc/apt/sources.list."
        )
    return (
        _lines(paths["Packages"], environment),
        _lines(paths["Translations"], environment),
    )


def _write_configuration(folder: Path) -> Path:
    """The system's apt configuration, but in `folder` and without hooks."""
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True)
    dump = _run(["apt-config", "dump"], dict(os.environ))
    kept = [line for line in dump.splitlines() if not _NOT_COPIED.match(line)]
    path = folder / "apt.conf"
    path.write_text(
        "\n".join(
            (
                *kept,
                f'Dir::State "{folder}/state";',
                f'Dir::Cache "{folder}/cache";',
                # Read nothing else: this file has it all.
                f'Dir::Etc::parts "{folder}/parts";',
                f'Dir::Etc::main "{folder}/none";',
                'Acquire::Languages "en";',
                # The folder belongs to whoever runs this.
                'APT::Sandbox::User "";',
                'APT::Update::Error-Mode "any";',
                "",
            )
        ),
        encoding="utf-8",
    )
    return path


def _run(command: list[str], environment: dict[str, str]) -> str:
    name = " ".join(command[:2])
    try:
        result = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise UserError(
            f"`{name}` has not ended after {_TIMEOUT_SECONDS} s: is there a "
            "network?"
        ) from error
    if result.returncode:
        reason = (result.stderr.strip() or "no message").splitlines()[0]
        raise UserError(f"`{name}` failed: is there a network? ({reason})")
    return result.stdout


def _lines(paths: list[str], environment: dict[str, str]) -> Iterator[str]:
    for path in paths:
        text = _run([_APT_HELPER, "cat-file", path], environment)
        # A paragraph must not run on into the next file.
        yield from [*text.split("\n"), ""]
