"""Lines of files, plain or compressed, none of them without end."""

import gzip
import tracemalloc

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.line_files import (
    MAX_LINE_BYTES,
    decode_utf8,
    find_file,
    numbered_lines,
    require_file,
)


def test_first_name_that_is_there_is_found_plain_before_compressed(tmp_path):
    assert find_file(tmp_path, ["a", "b"]) is None
    for name in ("b.gz", "b", "a.gz"):
        (tmp_path / name).touch()
        assert find_file(tmp_path, ["a", "b"]) == tmp_path / name
    (tmp_path / "c").mkdir()
    assert find_file(tmp_path, ["c"]) is None


def test_required_file_that_is_missing_is_a_user_error(tmp_path):
    (tmp_path / "b.gz").touch()
    assert require_file(tmp_path, ["a", "b"], "a or b") == tmp_path / "b.gz"
    with pytest.raises(UserError) as error:
        require_file(tmp_path, ["c", "d"], "c or d")
    assert str(error.value) == f"{tmp_path} has no c: expected c or d."


@pytest.mark.parametrize("name", ["x.txt", "x.txt.gz"])
def test_only_newlines_end_lines(tmp_path, name):
    data = b"a\r\x0b\x0c\x85\x00b\r\n\nlast"
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert list(numbered_lines(path)) == [
        (1, b"a\r\x0b\x0c\x85\x00b\r"),
        (2, b""),
        (3, b"last"),
    ]


def test_longest_line_is_read_and_a_longer_one_refused(tmp_path):
    path = tmp_path / "x.txt"
    longest = b"x" * MAX_LINE_BYTES
    path.write_bytes(b"a\n" + longest + b"\nb")
    assert [line for _, line in numbered_lines(path)] == [b"a", longest, b"b"]
    path.write_bytes(b"a\n" + longest + b"x\nb")
    with pytest.raises(
        UserError, match=r"x\.txt, line 2: expected lines of at most 16,777,216"
    ):
        list(numbered_lines(path))


def test_line_without_end_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(b"x" * 2**28))
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match="line 1: expected lines"):
            list(numbered_lines(path))
        assert tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("cut", [slice(-9), slice(20, None)])
def test_damaged_gzip_file_is_named_with_its_last_good_line(tmp_path, cut):
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(b"abc\n" * 500)[cut])
    with pytest.raises(UserError, match=r"x\.gz, after line \d+: damaged gzip"):
        list(numbered_lines(path))


def test_name_must_be_utf8():
    assert decode_utf8("na\u00efve".encode(), "x") == "na\u00efve"
    with pytest.raises(UserError, match=r"^x, line 2: expected UTF-8"):
        decode_utf8(b"\xff", "x, line 2")
