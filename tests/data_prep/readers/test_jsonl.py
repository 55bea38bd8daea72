"""An object per line; what is wrong is named by line."""

import gzip
import json

import pytest
from three_documents import DOCUMENTS, write_content

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.fields import Fields
from axml_tf.data_prep.readers.jsonl import JsonlReader


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_jsonl_is_read_with_named_fields(tmp_path, suffix):
    lines = [
        json.dumps({"key": d.id, "body": d.text.decode(), "tags": d.labels})
        for d in DOCUMENTS
    ]
    data = "\n\n".join(lines).encode()
    write_content(
        tmp_path / f"train.jsonl{suffix}",
        gzip.compress(data) if suffix else data,
    )
    reader = JsonlReader(tmp_path, Fields("body", "tags", "key"))
    assert reader.splits() == ["train"]
    assert list(reader.read("train")) == DOCUMENTS


def test_jsonl_takes_labels_in_a_string_and_numbers_documents(tmp_path):
    write_content(
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
    write_content(
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
    write_content(path, '{"text": "t", "labels": "", "id": "a"}\n')
    with open(path, "ab") as file:
        file.write(line if isinstance(line, bytes) else line.encode())
    with pytest.raises(UserError, match=message):
        list(JsonlReader(tmp_path, Fields()).read("train"))


def test_a_misspelt_id_field_is_an_error(tmp_path):
    write_content(tmp_path / "train.jsonl", '{"text": "t", "labels": ""}')
    with pytest.raises(UserError, match="field 'celex' is missing"):
        list(JsonlReader(tmp_path, Fields(id_field="celex")).read("train"))


def test_a_cut_gzip_file_is_an_error(tmp_path):
    data = gzip.compress(b'{"text": "t", "labels": ""}\n' * 1000)
    write_content(tmp_path / "train.jsonl.gz", data[:-20])
    with pytest.raises(UserError, match="damaged gzip"):
        list(JsonlReader(tmp_path, Fields()).read("train"))


def test_missing_split_is_a_user_error(tmp_path):
    with pytest.raises(
        UserError, match=r"has no dev\.jsonl: expected dev\.jsonl or dev\."
    ):
        list(JsonlReader(tmp_path, Fields()).read("dev"))


def test_file_of_any_name_is_read(tmp_path):
    write_content(tmp_path / "x.jsonl", '{"text": "t", "labels": "a"}\n')
    reader = JsonlReader(tmp_path, Fields())
    assert list(reader.read_file(tmp_path / "x.jsonl")) == [
        Document("0", b"t", ("a",))
    ]
