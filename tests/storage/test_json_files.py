"""JSON is read within bounds, and fields are of the types they should be."""

import dataclasses

import pytest

from axml_tf.storage import json_files
from axml_tf.storage.json_files import make, parse_json, read_json


@dataclasses.dataclass(frozen=True)
class Thing:
    name: str
    size: int
    share: float | None = None
    parts: dict[str, str] = dataclasses.field(default_factory=dict)


def test_json_comes_back(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('{"a": [1, 2.5, "ö", null]}', encoding="utf-8")
    assert read_json(path) == {"a": [1, 2.5, "ö", None]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" + b"9" * 5000 + b"]",
    ],
)
def test_what_is_no_json_is_a_value_error(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(ValueError) as error:
        read_json(tmp_path / "x.json")
    assert str(error.value)


def test_a_huge_file_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(json_files, "_MOST_BYTES", 10)
    path = tmp_path / "x.json"
    path.write_text('"12345678"')
    assert read_json(path) == "12345678"
    path.write_text('"123456789"')
    with pytest.raises(ValueError, match="larger than 10 bytes"):
        read_json(path)


def test_fields_of_the_right_types_make_a_dataclass():
    assert make(Thing, {"name": "a", "size": 3}) == Thing("a", 3)
    values = {"name": "a", "size": 3, "share": 1, "parts": {"b": "c"}}
    assert make(Thing, values) == Thing("a", 3, 1, {"b": "c"})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "expected an object"),
        (None, "expected an object"),
        ({"other": 1}, "other"),
        ({"size": "3"}, "`size` must be of type .*int"),
        ({"size": 3.0}, "`size`"),
        ({"size": True}, "`size`"),
        ({"size": 2**63}, "`size`"),
        ({"name": 1}, "`name`"),
        ({"share": "1"}, "`share`"),
        ({"share": float("nan")}, "`share`"),
        ({"share": float("inf")}, "`share`"),
        ({"parts": []}, "`parts`"),
        ({"parts": {"b": 1}}, "`parts`"),
    ],
)
def test_fields_of_other_types_are_named(values, words):
    if isinstance(values, dict):
        values = {"name": "a", "size": 3} | values
    with pytest.raises(ValueError, match=words):
        make(Thing, values)


def test_a_missing_field_is_named():
    with pytest.raises(ValueError, match="size"):
        make(Thing, {"name": "a"})


def test_a_text_that_is_nested_deeply_is_no_json():
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_json("[" * 100_000)
