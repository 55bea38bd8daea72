"""Names of labels by number, from files of lines and of objects."""

import gzip
import json

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.xmc_labels import read_label_names


def test_without_a_file_there_are_no_names(tmp_path):
    assert read_label_names(tmp_path) is None


@pytest.mark.parametrize("name", ["Yf.txt", "Y.txt", "Y.txt.gz"])
def test_labels_have_the_names_of_a_file_of_lines(tmp_path, name):
    data = "arts  & crafts\nbooks\r\ndvds \xe9\n".encode("latin-1")
    (tmp_path / name).write_bytes(
        gzip.compress(data) if name.endswith(".gz") else data
    )
    assert read_label_names(tmp_path) == ["arts & crafts", "books", "dvds \xe9"]


def test_labels_have_the_titles_of_a_file_of_objects(tmp_path):
    titles = ["a\ttitle", "same", "same", ""]
    with gzip.open(tmp_path / "lbl.json.gz", "wt") as file:
        for uid, title in zip("pqrs", titles, strict=True):
            print(json.dumps({"uid": uid, "title": title}), file=file)
    assert read_label_names(tmp_path) == [
        *("a title", "same (q)", "same (r)", "(s)")
    ]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("Y.txt", "a\n\nb\n", "line 2: expected a label's name"),
        ("Y.txt", "a\nb\na\n", "line 3: 'a' stands in line 1 already"),
        ("lbl.json", "{", "line 1: expected JSON"),
        ("lbl.json", '{"uid": "a"}', "line 1: expected the strings"),
        ("lbl.json", '{"uid": "", "title": "t"}', "line 1: expected the str"),
        (
            "lbl.json",
            '{"uid": "a", "title": "t"}\n{"uid": "a", "title": "u"}\n',
            "line 2: 'a' stands in line 1 already",
        ),
    ],
)
def test_a_wrong_file_of_names_is_named_by_line(tmp_path, name, data, message):
    (tmp_path / name).write_text(data)
    with pytest.raises(UserError, match=message):
        read_label_names(tmp_path)
