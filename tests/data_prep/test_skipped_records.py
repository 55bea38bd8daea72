"""What the readers skip is counted once, shown in part and written whole."""

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.skipped_records import SkippedRecords


def test_error_of_another_kind_is_passed_on():
    with pytest.raises(KeyError), SkippedRecords().of("train"):
        raise KeyError


def test_only_the_first_twenty_are_shown_and_all_are_written(tmp_path):
    skipped = SkippedRecords()
    for number in range(30):
        with skipped.of("dev"):
            raise UserError(f"x, line {number}: expected\tJSON")
    report = skipped.report().splitlines()
    assert report[0] == "bad records skipped: 30, see skipped.txt:"
    assert len(report) == 22 and report[-1].strip() == "and 10 more"
    skipped.write(tmp_path)
    written = (tmp_path / "skipped.txt").read_text().splitlines()
    assert written[29] == "dev\tx, line 29\texpected JSON"
    assert len(written) == 30


def test_record_that_is_read_twice_counts_once_for_its_first_split(tmp_path):
    skipped = SkippedRecords()
    for split in ("train", "dev"):
        with skipped.of(split):
            raise UserError("x, line 1: bad")
    assert len(skipped) == 1
    skipped.write(tmp_path)
    assert (tmp_path / "skipped.txt").read_text() == "train\tx, line 1\tbad\n"


def test_nothing_skipped_writes_no_file(tmp_path):
    skipped = SkippedRecords()
    with skipped.of("train"):
        pass
    skipped.write(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert skipped.report() == "bad records skipped: none"
