"""Every format gives the same documents; what is wrong is named by place."""

import csv
import gzip
import json

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.csv_table import CsvReader
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.fields import Fields
from axml_tf.data_prep.readers.jsonl import JsonlReader
from axml_tf.data_prep.readers.lines import LinesReader, write_lines

DOCUMENTS = [
    Document("a", "one \u2028 line, still".encode(), ("x", "y")),
    Document("b", b"", ()),
    Document("c", 'say "hi"; \U0001f600'.encode(), ("y",)),
]


def write_text(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def test_lines_are_read_as_they_were_written(tmp_path):
    write_lines(tmp_path, "train", DOCUMENTS)
    reader = LinesReader(tmp_path)
    assert reader.splits() == ["train"]
    assert list(reader.read("train")) == DOCUMENTS


def test_lines_end_at_newlines_only_and_keep_their_bytes(tmp_path):
    write_text(tmp_path / "train_texts.txt", b"a\r\x0b\x00\xff\x85b\r\nlast")
    write_text(tmp_path / "train_labels.txt", "x  y x\r\n\n")
    assert list(LinesReader(tmp_path).read("train")) == [
        Document("0", b"a\r\x0b\x00\xff\x85b\r", ("x", "y")),
        Document("1", b"last", ()),
    ]


@pytest.mark.parametrize("kind", ["labels", "ids"])
def test_unequal_numbers_of_lines_name_both_files_and_counts(tmp_path, kind):
    write_lines(tmp_path, "train", DOCUMENTS)
    write_text(tmp_path / f"train_{kind}.txt", "x\ny\n")
    with pytest.raises(UserError) as error:
        list(LinesReader(tmp_path).read("train"))
    assert "train_raw_texts.txt has 3" in str(error.value)
    assert f"train_{kind}.txt has 2" in str(error.value)


@pytest.mark.parametrize("kind", ["raw_texts", "labels", "ids"])
def test_an_empty_lines_file_is_an_error(tmp_path, kind):
    write_lines(tmp_path, "train", DOCUMENTS)
    write_text(tmp_path / f"train_{kind}.txt", "")
    with pytest.raises(UserError, match=f"train_{kind}.txt is empty"):
        list(LinesReader(tmp_path).read("train"))


def test_missing_labels_are_an_error(tmp_path):
    write_lines(tmp_path, "train", DOCUMENTS)
    (tmp_path / "train_labels.txt").unlink()
    with pytest.raises(UserError, match=r"train_labels.txt is missing"):
        list(LinesReader(tmp_path).read("train"))


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_jsonl_is_read_with_named_fields(tmp_path, suffix):
    lines = [
        json.dumps({"key": d.id, "body": d.text.decode(), "tags": d.labels})
        for d in DOCUMENTS
    ]
    data = "\n\n".join(lines).encode()
    write_text(
        tmp_path / f"train.jsonl{suffix}",
        gzip.compress(data) if suffix else data,
    )
    reader = JsonlReader(tmp_path, Fields("body", "tags", "key"))
    assert reader.splits() == ["train"]
    assert list(reader.read("train")) == DOCUMENTS


def test_jsonl_takes_labels_in_a_string_and_numbers_documents(tmp_path):
    write_text(
        tmp_path / "dev.jsonl",
        '{"text": "t", "labels": "a b;c ;c"}\n'
        '{"text": "u", "labels": [3, "d"]}\n',
    )
    reader = JsonlReader(tmp_path, Fields(label_separator=";"))
    assert list(reader.read("dev")) == [
        Document("0", b"t", ("a b", "c")),
        Document("1", b"u", ("3", "d")),
    ]


def test_jsonl_replaces_half_a_surrogate_pair(tmp_path):
    write_text(
        tmp_path / "train.jsonl",
        r'{"text": "a\ud800b \ud83d\ude00", "labels": []}',
    )
    (document,) = JsonlReader(tmp_path, Fields()).read("train")
    assert document.text.decode() == "a\ufffdb \U0001f600"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: expected JSON"),
        (b"\xff", "line 2: expected JSON"),
        ("[1]", "line 2: expected an object"),
        ('{"text": "t", "id": "b"}', "line 2: field 'labels' is missing"),
        ('{"text": "t", "labels": []}', "line 2: field 'id' is missing"),
        ('{"text": 1.5, "labels": [], "id": "b"}', "line 2: expected a str"),
        ('{"text": "t", "labels": 5, "id": "b"}', "line 2: expected a list"),
        ('{"text": "t", "labels": ["a\\tb"], "id": "b"}', "line 2: ids and"),
        ('{"text": "t", "labels": ["\\ud800"], "id": "b"}', "line 2: ids and"),
        ('{"text": "t", "labels": [], "id": ""}', "line 2: expected an id"),
    ],
)
def test_jsonl_names_the_line_that_is_wrong(tmp_path, line, message):
    path = tmp_path / "train.jsonl"
    write_text(path, '{"text": "t", "labels": "", "id": "a"}\n')
    with open(path, "ab") as file:
        file.write(line if isinstance(line, bytes) else line.encode())
    with pytest.raises(UserError, match=message):
        list(JsonlReader(tmp_path, Fields()).read("train"))


def test_a_misspelt_id_field_is_an_error(tmp_path):
    write_text(tmp_path / "train.jsonl", '{"text": "t", "labels": ""}')
    with pytest.raises(UserError, match="field 'celex' is missing"):
        list(JsonlReader(tmp_path, Fields(id_field="celex")).read("train"))


def test_a_cut_gzip_file_is_an_error(tmp_path):
    data = gzip.compress(b'{"text": "t", "labels": ""}\n' * 1000)
    write_text(tmp_path / "train.jsonl.gz", data[:-20])
    with pytest.raises(UserError, match="damaged gzip"):
        list(JsonlReader(tmp_path, Fields()).read("train"))


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
    write_text(tmp_path / "train.csv", b"text,labels\na\xffb,x\n")
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
    write_text(tmp_path / "train.csv", data)
    with pytest.raises(UserError, match=message):
        list(CsvReader(tmp_path, Fields()).read("train"))
