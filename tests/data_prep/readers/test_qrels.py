"""Labels of documents, whatever the order of the lines."""

import gzip

import numpy as np
import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.qrels import LabelTable, parse_number


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_labels_are_those_of_a_plain_loop(tmp_path, suffix):
    rng = np.random.default_rng(0)
    pairs = {(int(a), int(b)) for a, b in rng.integers(0, 30, (200, 2))}
    lines = [f"label{label} {document} 1\n" for label, document in pairs]
    rng.shuffle(lines)
    data = "".join(lines).encode()
    path = tmp_path / f"x.qrels{suffix}"
    path.write_bytes(gzip.compress(data) if suffix else data)
    table = LabelTable(path)
    for number in range(-1, 32):
        expected = [
            line.split()[0] for line in lines if line.split()[1] == str(number)
        ]
        assert sorted(table.labels_of(number)) == sorted(expected)


def test_labels_come_in_the_order_in_which_they_first_stand(tmp_path):
    path = tmp_path / "x.qrels"
    path.write_bytes(b"b 1 1\na 1 1\na 2 1\nb 2 1\n")
    assert LabelTable(path).labels_of(2) == ["b", "a"]


def test_label_may_have_spaces_and_any_letters(tmp_path):
    path = tmp_path / "x.qrels"
    path.write_bytes("import li\u00e7ence 7 1\n".encode())
    assert LabelTable(path).labels_of(7) == ["import li\u00e7ence"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "qrels is empty"),
        (b"E11 2286 1\nE11 2287\n", "line 2: expected `label document 1`"),
        (b"E11 2286 0\n", "line 1: expected `label document 1`"),
        (b"E11 x 1\n", "line 1: expected the number of a document"),
        (b"E11 -3 1\n", "line 1: expected the number of a document"),
        (b"A 7 1\nB 7 1\nC 7 1\nB 7 1\n", "line 4: line 2 again"),
        (b"\xff 7 1\n", "line 1: expected UTF-8"),
    ],
)
def test_a_malformed_qrels_file_is_named_by_line(tmp_path, data, message):
    path = tmp_path / "x.qrels"
    path.write_bytes(data)
    with pytest.raises(UserError, match=message):
        LabelTable(path)


@pytest.mark.parametrize("text", [b"", b"-1", b"1.0", b" 1", b"9" * 19])
def test_number_of_a_document_has_digits_only(text):
    assert parse_number(b"0" + b"9" * 17, "x") == 10**17 - 1
    with pytest.raises(UserError, match="x, line 3: expected the number of a"):
        parse_number(text, "x, line 3")
