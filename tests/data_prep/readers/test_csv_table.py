"""Rows below a header line; what is wrong is named by line."""

import csv

import pytest
from three_documents import DOCUMENTS, write_content

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.csv_table import CsvReader
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.fields import Fields


def test_csv_is_read_with_large_and_quoted_fields(tmp_path):
    documents = [
        *DOCUMENTS,
        Document("d", b"two\nlines " + b"x" * 200_000, ("z",)),
    ]
    with open(tmp_path / "test.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["labels", "id", "other", "text"])
        for d in documents:
            writer.writerow([" ".join(d.labels), d.id, "-", d.text.decode()])
    reader = CsvReader(tmp_path, Fields())
    assert reader.splits() == ["test"]
    assert list(reader.read("test")) == documents


def test_csv_keeps_invalid_utf8_and_numbers_documents(tmp_path):
    write_content(tmp_path / "train.csv", b"text,labels\na\xffb,x\n")
    assert list(CsvReader(tmp_path, Fields()).read("train")) == [
        Document("0", b"a\xffb", ("x",))
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "line 1: column 'text' is missing"),
        ("text,tags\n", "line 1: column 'labels' is missing"),
        ("text,labels\n", "is empty"),
        ("text,labels\na\n", "line 2: expected 2 fields, found 1"),
        ('text,labels\n"a,b\n', "line 2: unexpected end"),
        (b"text,labels\na,\xff\n", "line 2: ids and labels are UTF-8"),
    ],
)
def test_csv_names_the_line_that_is_wrong(tmp_path, data, message):
    write_content(tmp_path / "train.csv", data)
    with pytest.raises(UserError, match=message):
        list(CsvReader(tmp_path, Fields()).read("train"))


def test_empty_lines_are_ignored(tmp_path):
    write_content(tmp_path / "train.csv", "text,labels\n\na,x\n\nb,y\n")
    assert list(CsvReader(tmp_path, Fields()).read("train")) == [
        Document("0", b"a", ("x",)),
        Document("1", b"b", ("y",)),
    ]


def test_column_that_stands_twice_is_an_error(tmp_path):
    write_content(tmp_path / "train.csv", "text,labels,text\na,b,c\n")
    with pytest.raises(UserError, match="line 1: column 'text' stands twice"):
        list(CsvReader(tmp_path, Fields()).read("train"))


def test_file_of_any_name_is_read(tmp_path):
    write_content(tmp_path / "x.csv", "labels,text\na,t\n")
    reader = CsvReader(tmp_path, Fields())
    assert list(reader.read_file(tmp_path / "x.csv")) == [
        Document("0", b"t", ("a",))
    ]
