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
