"""The sparse text form, line by line."""

import gzip

import numpy as np
import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.xmc_sparse import XmcSparseReader

TRAIN = "4 6 3\n2,0 0:1 5:0.25\n 3:1e-2\n1\n2 4:3 1:-2.5 \n"


def read(folder, split="train"):
    """Documents as plain tuples."""
    return [
        (d.id, d.labels, d.features.tolist(), d.values.tolist())
        for d in XmcSparseReader(folder).read(split)
    ]


def test_labels_and_features_are_read(tmp_path):
    (tmp_path / "train.txt").write_text(TRAIN)
    reader = XmcSparseReader(tmp_path)
    assert reader.splits() == ["train"]
    assert reader.num_features() == 6
    expected = [
        ("0", ("2", "0"), [0, 5], [1.0, 0.25]),
        ("1", (), [3], [float(np.float32(0.01))]),
        ("2", ("1",), [], []),
        ("3", ("2",), [4, 1], [3.0, -2.5]),
    ]
    assert read(tmp_path) == read(tmp_path) == expected
    (document, *_) = reader.read("train")
    assert document.features.dtype == np.int32
    assert document.values.dtype == np.float32


@pytest.mark.parametrize(
    ("train", "dev", "test"),
    [
        ("train.txt", "dev.txt", "test.txt"),
        ("trn.txt.gz", "validation.txt", "tst.txt"),
        ("wiki10_train.txt", "wiki10_dev.txt", "wiki10_test.txt.gz"),
    ],
)
def test_files_have_the_published_names(tmp_path, train, dev, test):
    for name in (train, dev, test):
        data = b"1 6 3\r\n0, 1 0:1\r\n"
        (tmp_path / name).write_bytes(
            gzip.compress(data) if name.endswith(".gz") else data
        )
    assert XmcSparseReader(tmp_path).splits() == ["train", "dev", "test"]
    for split in ("train", "dev", "test"):
        assert read(tmp_path, split) == [("0", ("0", "1"), [0], [1.0])]


def test_labels_have_names_where_there_is_a_file_of_them(tmp_path):
    (tmp_path / "train.txt").write_text(TRAIN)
    (tmp_path / "Yf.txt").write_text("zero\none\ntwo\n")
    assert [labels for _, labels, *_ in read(tmp_path)] == [
        *(("two", "zero"), (), ("one",), ("two",)),
    ]
    (tmp_path / "Yf.txt").write_text("zero\none\n")
    with pytest.raises(UserError, match=r"line 1: 3 labels, but .* has 2"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "line 1: expected the numbers of documents"),
        ("2 6\n", "line 1: expected the numbers of documents"),
        ("0 0:1\n", "line 1: expected the numbers of documents"),
        ("0 6 3\n", "line 1: expected the numbers of documents"),
        ("1 -6 3\n", "line 1: expected the numbers of documents"),
        ("1 9999999999 3\n0 1:1\n", "line 1: expected the numbers"),
        ("2 6 3\n0 1:1\n", "line 2: line 1 says 2 .* cut short"),
        ("1 6 3\n0 1:1\n0 1:1\n", "line 3: line 1 says 1 .* another one"),
        ("1 6 3\n\n", "line 2: expected labels and .* an empty line"),
        ("1 6 3\n0 1:1 2\n", "line 2: expected feature:value .* b'2'"),
        ("1 6 3\n0 1:1 2:\n", "line 2: expected feature:value .* b'2:'"),
        ("1 6 3\n0 1:1 2:nan\n", "line 2: expected feature:value"),
        ("1 6 3\n0 1:1:1\n", "line 2: expected feature:value"),
        ("1 6 3\n0;1 1:1\n", "line 2: expected integers separated by"),
        ("1 6 3\n1:1\n", "line 2: expected integers separated by"),
        ("1 6 3\nx 1:1\n", "line 2: expected integers separated by"),
        ("1 6 3\n0, 1:1\n", "line 2: expected integers separated by"),
        ("1 6 3\n0 6:1\n", "line 2: expected features .* below 6.* found 6"),
        ("1 6 3\n0 -1:1\n", "line 2: expected features .* found -1"),
        ("1 6 3\n3 1:1\n", "line 2: expected labels .* below 3.* found 3"),
        ("1 6 3\n-1 1:1\n", "line 2: expected labels .* found -1"),
        ("1 6 3\n0 4:1 2:1 4:2\n", "line 2: feature 4 stands twice"),
        ("1 6 3\n0 4:1e39\n", "line 2: a value is too large"),
    ],
)
def test_the_line_that_is_wrong_is_named(tmp_path, data, message):
    (tmp_path / "train.txt").write_text(data)
    with pytest.raises(UserError, match=f"train.txt, {message}"):
        read(tmp_path)


def test_a_test_file_of_another_set_is_refused(tmp_path):
    (tmp_path / "train.txt").write_text(TRAIN)
    (tmp_path / "test.txt").write_text("1 7 3\n0 1:1\n")
    with pytest.raises(
        UserError, match=r"test.txt, line 1: expected 6 features"
    ):
        read(tmp_path, "test")


def test_two_files_for_a_split_are_refused(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}_train.txt").write_text(TRAIN)
    with pytest.raises(UserError, match=r"has a_train.txt and b_train.txt"):
        XmcSparseReader(tmp_path).splits()


def test_missing_split_is_a_user_error(tmp_path):
    (tmp_path / "train.txt").write_text(TRAIN)
    with pytest.raises(
        UserError, match=r"has no dev\.txt: expected dev\.txt, validation\.txt"
    ):
        read(tmp_path, "dev")
