"""Texts and labels side by side, line by line."""

import pytest
from three_documents import DOCUMENTS

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.lines import LinesReader, write_lines


def test_lines_are_read_as_they_were_written(tmp_path):
    write_lines(tmp_path, "train", DOCUMENTS)
    reader = LinesReader(tmp_path)
    assert reader.splits() == ["train"]
    assert list(reader.read("train")) == DOCUMENTS


def test_lines_end_at_newlines_only_and_keep_their_bytes(tmp_path):
    (tmp_path / "train_texts.txt").write_bytes(b"a\r\x0b\x00\xff\x85b\r\nlast")
    (tmp_path / "train_labels.txt").write_bytes(b"x  y x\r\n\n")
    assert list(LinesReader(tmp_path).read("train")) == [
        Document("0", b"a\r\x0b\x00\xff\x85b\r", ("x", "y")),
        Document("1", b"last", ()),
    ]


@pytest.mark.parametrize("kind", ["labels", "ids"])
def test_unequal_numbers_of_lines_name_both_files_and_counts(tmp_path, kind):
    write_lines(tmp_path, "train", DOCUMENTS)
    (tmp_path / f"train_{kind}.txt").write_text("x\ny\n")
    with pytest.raises(UserError) as error:
        list(LinesReader(tmp_path).read("train"))
    assert "train_raw_texts.txt has 3" in str(error.value)
    assert f"train_{kind}.txt has 2" in str(error.value)


@pytest.mark.parametrize("kind", ["raw_texts", "labels", "ids"])
def test_an_empty_lines_file_is_an_error(tmp_path, kind):
    write_lines(tmp_path, "train", DOCUMENTS)
    (tmp_path / f"train_{kind}.txt").write_text("")
    with pytest.raises(UserError, match=f"train_{kind}.txt is empty"):
        list(LinesReader(tmp_path).read("train"))


def test_missing_labels_are_an_error(tmp_path):
    write_lines(tmp_path, "train", DOCUMENTS)
    (tmp_path / "train_labels.txt").unlink()
    with pytest.raises(UserError, match=r"train_labels.txt is missing"):
        list(LinesReader(tmp_path).read("train"))


def test_missing_split_is_a_user_error(tmp_path):
    with pytest.raises(
        UserError, match=r"has no dev_raw_texts\.txt: expected dev_raw_texts"
    ):
        list(LinesReader(tmp_path).read("dev"))
