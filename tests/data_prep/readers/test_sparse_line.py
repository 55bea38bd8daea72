"""Labels and pairs of one line."""

import time

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.sparse_line import split_line


@pytest.mark.parametrize(
    ("line", "labels", "pairs"),
    [
        (b"3,17 5:1 12:0.5", [3, 17], [b"5:1", b"12:0.5"]),
        (b"3, 17 5:1  ", [3, 17], [b"5:1"]),
        (b" 5:-1e-3 6:+.5", [], [b"5:-1e-3", b"6:+.5"]),
        (b"-2", [-2], []),
        (b" ", [], []),
        (b"1 2:3\r", [1], [b"2:3"]),
    ],
)
def test_line_is_split_into_labels_and_pairs(line, labels, pairs):
    found, rest = split_line(line, "x")
    assert found == labels
    assert rest.split() == pairs


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"", "labels and feature:value pairs, found an empty line"),
        (b"\r", "labels and feature:value pairs, found an empty line"),
        (b"a 1:1", "integers separated by commas"),
        (b"1;2 1:1", "integers separated by commas"),
        (b"1,,2 1:1", "integers separated by commas"),
        (b"1:1", "integers separated by commas"),
        (b"1 1:1 2", "feature:value pairs, found b'2'"),
        (b"1 1:1 2:", "feature:value pairs, found b'2:'"),
        (b"1 1:nan", "feature:value pairs, found b'1:nan'"),
        (b"1 1:1\x0b2:1", "feature:value pairs, found b'1:1"),
        (b"1 " + b"9" * 19 + b":1", "feature:value pairs, found b'999"),
    ],
)
def test_malformed_line_is_named_by_its_place(line, message):
    with pytest.raises(UserError, match=f"^x, line 2: expected {message}"):
        split_line(line, "x, line 2")


def test_time_grows_with_the_length_only():
    # A pattern with two ways to read a number would take for ever.
    line = b"1 1:" + b"1" * 1_000_000 + b"x"
    start = time.process_time()
    with pytest.raises(UserError, match="feature:value"):
        split_line(line, "x")
    assert time.process_time() - start < 5
