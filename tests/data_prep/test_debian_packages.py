"""Package lists of a few lines become documents; no apt is called."""

import doctest

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep import debian_packages
from axml_tf.data_prep.readers.document import Document

PACKAGES = """\
Package: game
Version: 1
Description: A game
Description-md5: aaa
Tag: game::strategy,
 role::program

Package: game-data
Source: game (1.0)
Description: A game (data)
Description-md5: bbb
Tag: role::{app-data,data}, game::strategy

Package: untagged
Description: No tags
Description-md5: ccc

Package: short
Description: Only a synopsis
Description-md5: ddd
Tag: role::program

Package: short
Source: other
Description: A second version
Tag: role::data
"""
TRANSLATIONS = """\
Package: game
Description-md5: aaa
Description-en: A game
 Text of the game.

Package: game-data
Description-md5: old
Description-en: An older text

Package: game-data
Description-md5: bbb
Description-en: A game (data)
 First  line,
 second line.
 .
   * an item
"""


def test_a_source_package_is_its_binary_with_the_most_tags():
    documents = debian_packages.make_documents(
        PACKAGES.splitlines(), TRANSLATIONS.splitlines()
    )
    assert list(documents) == [
        Document(
            "game",
            b"A game (data) First  line, second line. * an item",
            ("role::app-data", "role::data", "game::strategy"),
        ),
        Document("short", b"Only a synopsis", ("role::program",)),
    ]


@pytest.mark.parametrize(
    ("field", "tags"),
    [
        ("", []),
        ("a::b", ["a::b"]),
        ("a::b,\n c::{d, e},f::g", ["a::b", "c::d", "c::e", "f::g"]),
        ("a::{b}, a::b", ["a::b"]),
    ],
)
def test_tags_are_expanded(field, tags):
    assert debian_packages.expand_tags(field) == tags


def test_md5_of_the_source_decides_the_split(tmp_path, monkeypatch):
    # `printf curl | md5sum`, modulo 10, is 0; vim has 6 and emacs 2.
    packages = "\n".join(
        f"Package: {name}\nDescription: Text\n of {name}\nTag: t::{name}\n"
        for name in ("vim", "curl", "emacs")
    )
    monkeypatch.setattr(
        debian_packages,
        "download",
        lambda folder: (packages.splitlines(), []),
    )
    debian_packages.write_debian_corpus(tmp_path / "raw")
    files = (tmp_path / "raw").iterdir()
    assert {path.name: path.read_text() for path in files} == {
        "train_ids.txt": "vim\nemacs\n",
        "train_labels.txt": "t::vim\nt::emacs\n",
        "train_raw_texts.txt": "Text of vim\nText of emacs\n",
        "test_ids.txt": "curl\n",
        "test_labels.txt": "t::curl\n",
        "test_raw_texts.txt": "Text of curl\n",
    }


def test_an_archive_without_tags_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(
        debian_packages, "download", lambda folder: (["Package: a"], [])
    )
    with pytest.raises(UserError, match="no tagged package"):
        debian_packages.write_debian_corpus(tmp_path / "raw")
    assert not (tmp_path / "raw").exists()


def test_the_examples_in_docstrings_are_true():
    assert doctest.testmod(debian_packages) == (0, 2)
