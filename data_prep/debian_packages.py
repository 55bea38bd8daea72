"""A corpus of Debian's package descriptions, labelled by debtags.

One document per source package: the synopsis and long description of its
binary package with the most tags (ties: the first in the archive). A source
belongs to the test split when `md5(name) % 10 < 2`. Tags stand in the
archive's Packages files, long descriptions in Translation-en.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from axml_tf.console.errors import UserError
from axml_tf.data_prep.apt_archive import download
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.lines import write_lines
from axml_tf.storage.files import atomic_directory

# `role::{app-data,program}` is short for two tags.
_TAG = re.compile(r"([^,{}]+)(?:\{([^}]*)\})?")


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
        packages, translations = download(Path(folder))
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
    chosen: dict[str, _Package] = {}
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
    fields: dict[str, str] = {}
    name = None
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
