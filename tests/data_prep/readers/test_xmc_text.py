"""Raw texts and label names as the repository publishes them."""

import gzip
import json

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.xmc_text import XmcTextReader

RECORD = {
    "uid": "0000031909",
    "title": "Girls Ballet Tutu",
    "content": "High quality\n3 layer tutu \U0001f600",
    "target_ind": [2, 0],
    "target_rel": [1.0, 1.0],
}
NO_RELEVANCE = {"target_rel": None}


def write(folder, name, *records):
    lines = (json.dumps({**RECORD, **record}) + "\n" for record in records)
    data = "".join(lines).encode()
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)


@pytest.mark.parametrize("suffix", [".json", ".json.gz", ".raw.json.gz"])
def test_texts_are_title_and_content(tmp_path, suffix):
    write(tmp_path, f"trn{suffix}", {}, {"uid": "b", "target_ind": [2, 2]})
    write(tmp_path, f"dev{suffix}", {"title": "", "content": ""})
    write(tmp_path, f"tst{suffix}", {"target_ind": [], "target_rel": []})
    reader = XmcTextReader(tmp_path)
    assert reader.splits() == ["train", "dev", "test"]
    text = "Girls Ballet Tutu High quality\n3 layer tutu \U0001f600".encode()
    train = [
        Document("0000031909", text, ("2", "0")),
        Document("b", text, ("2",)),
    ]
    assert list(reader.read("train")) == list(reader.read("train")) == train
    (dev,) = reader.read("dev")
    assert dev.text == b" "
    (test,) = reader.read("test")
    assert test.labels == ()


def test_target_rel_may_be_missing(tmp_path):
    record = {name: RECORD[name] for name in RECORD if name != "target_rel"}
    (tmp_path / "trn.json").write_text(json.dumps(record))
    (document,) = XmcTextReader(tmp_path).read("train")
    assert document.labels == ("2", "0")


def test_labels_have_the_names_of_a_file_of_them(tmp_path):
    write(tmp_path, "trn.json", {})
    (tmp_path / "Y.txt").write_text("crafts\nbooks\ndvds\n")
    (document,) = XmcTextReader(tmp_path).read("train")
    assert document.labels == ("dvds", "crafts")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: expected JSON"),
        ("[]", "line 2: expected an object"),
        ("", "line 2: expected JSON"),
        *(
            (
                json.dumps({k: v for k, v in RECORD.items() if k != field}),
                f"line 2: field '{field}' is missing",
            )
            for field in ("uid", "title", "content", "target_ind")
        ),
        *(
            (json.dumps({**RECORD, **wrong}), message)
            for wrong, message in (
                ({"title": None}, "line 2: expected a string in field 'title'"),
                ({"target_ind": "1"}, "line 2: expected a list"),
                ({"target_ind": [1.0]} | NO_RELEVANCE, "line 2: .* integers"),
                ({"target_ind": [True]} | NO_RELEVANCE, "line 2: .* integers"),
                ({"target_ind": [-1]} | NO_RELEVANCE, "line 2: .* found -1"),
                (
                    {"target_ind": [3]} | NO_RELEVANCE,
                    "line 2: .* below 3, .* found 3",
                ),
                ({"target_rel": [1.0]}, "line 2: expected as many"),
                ({"uid": ""}, "line 2: expected an id"),
                ({}, "line 2: the document id of .* line 1 again"),
            )
        ),
    ],
)
def test_the_line_that_is_wrong_is_named(tmp_path, line, message):
    (tmp_path / "Y.txt").write_text("a\nb\nc\n")
    path = tmp_path / "trn.json"
    path.write_text(f"{json.dumps(RECORD)}\n{line}\n")
    with pytest.raises(UserError, match=f"trn.json, {message}"):
        list(XmcTextReader(tmp_path).read("train"))


def test_an_empty_file_is_an_error(tmp_path):
    (tmp_path / "trn.json").touch()
    with pytest.raises(UserError, match=r"trn.json is empty"):
        list(XmcTextReader(tmp_path).read("train"))


def test_a_file_that_is_no_gzip_is_an_error(tmp_path):
    (tmp_path / "trn.json.gz").write_text(json.dumps(RECORD))
    with pytest.raises(UserError, match="after line 0: damaged gzip file"):
        list(XmcTextReader(tmp_path).read("train"))


def test_missing_split_is_a_user_error(tmp_path):
    with pytest.raises(
        UserError, match=r"has no tst\.json: expected tst\.json or tst\.raw"
    ):
        list(XmcTextReader(tmp_path).read("test"))
