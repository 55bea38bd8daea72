"""Numbers and strings of an ARFF file, line by line."""

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.arff import read_numbered_strings
from axml_tf.data_prep.readers.on_bad_record import FAIL
from axml_tf.data_prep.skipped_records import SkippedRecords

HEADER = b"""\
@relation 'eurlex'

@attribute ID numeric
@attribute text string

@data
"""


def test_strings_are_read_without_their_quotes_and_escapes(tmp_path):
    path = tmp_path / "x.arff"
    path.write_bytes(
        HEADER
        + b"12,'the council \\'s regul'\n"
        + b"% a remark\n\n"
        + b' 3 , "said \\"no\\" \\\\ it\'s" \r\n'
        + b"5,word\n"
        + b"7,'two\\nlines\\tand a tab'\n"
        + b"8,''"
    )
    assert list(read_numbered_strings(path, FAIL)) == [
        (7, b"12", b"the council 's regul"),
        (10, b"3", b'said "no" \\ it\'s'),
        (11, b"5", b"word"),
        (12, b"7", b"two lines and a tab"),
        (13, b"8", b""),
    ]


def test_keywords_may_be_in_capitals(tmp_path):
    path = tmp_path / "x.arff"
    path.write_bytes(HEADER.upper() + b"1,'a'\n")
    assert list(read_numbered_strings(path, FAIL)) == [(7, b"1", b"a")]


def test_bad_row_is_skipped_where_that_is_wanted(tmp_path):
    path = tmp_path / "x.arff"
    path.write_bytes(HEADER + b"1,'a'\nb\n3,'c'\n")
    skipped = SkippedRecords()
    rows = list(read_numbered_strings(path, skipped.of("train")))
    assert [row[:2] for row in rows] == [(7, b"1"), (9, b"3")]
    assert len(skipped) == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 0: expected the header"),
        (b"12,'a'\n", "line 1: expected the header"),
        (b"@relation r\n@attribute a string\n", "line 2: expected the header"),
        (b"@relation r\nnonsense\n@data\n", "line 2: expected the header"),
        (
            b"@relation r\n@attribute a numeric\n@data\n1,'a'\n",
            "line 3: expected two attributes",
        ),
        (
            b"@relation r\n@attribute a numeric\n@attribute b numeric\n@data\n",
            "line 4: expected two attributes",
        ),
        (HEADER + b"\n", "no row stands behind @data"),
        (HEADER + b"12\n", "line 7: expected a number, a comma"),
        (HEADER + b"12,'a'\n-3,'b'\n", "line 8: expected a number, a comma"),
        (HEADER + b"12,'a\n", "line 7: expected a number, a comma"),
        (HEADER + b"{0 12, 1 'a'}\n", "line 7: expected a number, a comma"),
    ],
)
def test_a_malformed_arff_file_is_named_by_line(tmp_path, data, message):
    path = tmp_path / "x.arff"
    path.write_bytes(data)
    with pytest.raises(UserError, match=message):
        list(read_numbered_strings(path, FAIL))
