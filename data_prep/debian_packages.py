"""Makes a corpus of Debian's package descriptions, labelled by debtags.

    axml-debian-packages --output_dir=RAW

One document per source package: the synopsis and long description of its
binary package with the most tags (ties: the first in the archive). A source
belongs to the test split when `md5(name) % 10 < 2`. Tags stand in the
archive's Packages files, long descriptions in Translation-en. Both are taken
with apt-get into a temporary folder; the system's own lists are not touched.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.lines import write_lines
from axml_tf.storage.files import atomic_directory

_APT_HELPER = "/usr/lib/apt/apt-helper"
_TIMEOUT_SECONDS = 300
# `role::{app-data,program}` is short for two tags.
_TAG = re.compile(r"([^,{}]+)(?:\{([^}]*)\})?")
# What the temporary configuration leaves out or sets itself.
_NOT_COPIED = re.compile(
    r"(?:\S*-Invoke|Acquire::Languages|Dir::State|Dir::Cache)\S*\s"
)
# Relative paths below the state and the cache folder.
_FOLDERS = ("state/lists/partial", "cache/archives/partial", "parts")


class _Package(NamedTuple):
    """A tagged binary package."""

    name: str
    description_md5: str
    synopsis: str
    tags: list[str]


def write_debian_corpus(output_dir: str | os.PathLike) -> None:
    """Writes train and test split in the `lines` format.

    Args:
        output_dir: folder to make.

    Raises:
        UserError: there is no apt, no network, or no tag in the archive.
    """
    with (
        atomic_directory(output_dir) as output,
        tempfile.TemporaryDirectory() as folder,
    ):
        packages, translations = _download(Path(folder))
        documents = list(make_documents(packages, translations))
        if not documents:
            raise UserError("The Debian archive in use has no tagged package.")
        for split in ("train", "test"):
            write_lines(
                output, split, (d for d in documents if _split_of(d) == split)
            )


def make_documents(
    packages: Iterable[str], translations: Iterable[str]
) -> Iterator[Document]:
    """Yields one document per source package that has a tagged binary.

    Args:
        packages: lines of Packages files.
        translations: lines of Translation-en files.
    """
    chosen = {}
    seen = set()
    for fields in read_paragraphs(packages):
        name = fields["Package"]
        if name in seen or "Tag" not in fields:
            continue
        seen.add(name)
        source = fields.get("Source", name).split()[0]
        package = _Package(
            name,
            fields.get("Description-md5", ""),
            fields.get("Description", ""),
            expand_tags(fields["Tag"]),
        )
        best = chosen.get(source)
        if best is None or len(package.tags) > len(best.tags):
            chosen[source] = package
    wanted = {(p.name, p.description_md5) for p in chosen.values()}
    descriptions = {}
    for fields in read_paragraphs(translations):
        key = fields["Package"], fields.get("Description-md5", "")
        if key in wanted and "Description-en" in fields:
            descriptions[key] = fields["Description-en"]
    for source, package in chosen.items():
        key = package.name, package.description_md5
        text = one_line(descriptions.get(key, package.synopsis))
        yield Document(source, text.encode(), tuple(package.tags))


def read_paragraphs(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yields the paragraphs of a Debian control file, fields by name.

    The lines of a folded field keep their newlines.
    """
    fields, name = {}, None
    for line in lines:
        line = line.rstrip("\n")
        if not line:
            if fields:
                yield fields
            fields, name = {}, None
        elif line[0] in " \t" and name is not None:
            fields[name] += "\n" + line
        else:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
    if fields:
        yield fields


def expand_tags(field: str) -> list[str]:
    """The tags in a Tag field.

    >>> expand_tags("use::gameplaying, role::{app-data,program}")
    ['use::gameplaying', 'role::app-data', 'role::program']
    """
    tags = []
    for prefix, names in _TAG.findall(field):
        if prefix.strip():
            tags += [prefix.strip() + name.strip() for name in names.split(",")]
    return list(dict.fromkeys(tags))


def one_line(description: str) -> str:
    """A description without line breaks and paragraph marks.

    >>> one_line("Editor\\n Edits text.\\n .\\n And more.")
    'Editor Edits text. And more.'
    """
    lines = (line.strip() for line in description.split("\n"))
    return " ".join(line for line in lines if line and line != ".")


def _split_of(document: Document) -> str:
    number = int(hashlib.md5(document.id.encode()).hexdigest(), 16)
    return "test" if number % 10 < 2 else "train"


def _download(folder: Path) -> tuple[Iterator[str], Iterator[str]]:
    """Lines of all Packages files, and of all English translations."""
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
    paths = {"Packages": [], "Translations": []}
    for line in targets.splitlines():
        kind, origin, path = line.split("|", 2)
        if origin == "Debian" and kind in paths:
            paths[kind].append(path)
    if not all(paths.values()):
        raise UserError(
            "apt-get knows no Debian archive with packages and English "
            "descriptions; see /etc/apt/sources.list."
        )
    return tuple(_lines(files, environment) for files in paths.values())


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
