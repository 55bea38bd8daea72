"""A line holds one object, whatever else it is refused for."""

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.json_object import encode_text, parse_object


def test_object_is_parsed():
    line = '{"a": [1, "\u00e9"], "b": null}'.encode()
    assert parse_object(line, "x") == {"a": [1, "\u00e9"], "b": None}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"", "expected JSON"),
        (b"{", "expected JSON"),
        (b'{"a": "\xff"}', "expected JSON"),
        (b'{"a": ' + b"[" * 100_000, "expected JSON"),
        (b"[1]", r"expected an object, found \[1\]"),
        (b'"' + b"a" * 1000 + b'"', "expected an object, found 'a{10,60}"),
    ],
)
def test_anything_else_is_refused_by_its_place(line, message):
    with pytest.raises(UserError, match=f"^x, line 7: {message}") as error:
        parse_object(line, "x, line 7")
    assert len(str(error.value)) < 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("na\u00efve \U0001f600", "na\u00efve \U0001f600"),
        # Two halves make a whole, one half makes none.
        ("\ud83d\ude00", "\U0001f600"),
        ("a\ud83db", "a\ufffdb"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
    ],
)
def test_text_becomes_valid_utf8(text, expected):
    assert encode_text(text).decode("utf-8") == expected
