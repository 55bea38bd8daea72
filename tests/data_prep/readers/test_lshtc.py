"""Labels and term counts as the LSHTC challenges publish them."""

import gzip

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.lshtc import LshtcReader

TRAIN = b"""\
Data
314523, 165538, 416827 1250536:1 634175:2
21631 805104:2.0 1250536:0
"""


@pytest.mark.parametrize(
    "name", ["train.csv", "train-remapped.csv", "train.csv.gz"]
)
def test_terms_become_words_as_often_as_they_are_counted(tmp_path, name):
    (tmp_path / name).write_bytes(
        gzip.compress(TRAIN) if name.endswith(".gz") else TRAIN
    )
    reader = LshtcReader(tmp_path)
    assert reader.splits() == ["train"]
    expected = [
        Document("0", b"1250536 634175 634175", ("314523", "165538", "416827")),
        Document("1", b"805104 805104", ("21631",)),
    ]
    assert list(reader.read("train")) == list(reader.read("train")) == expected


def test_files_of_the_third_challenge_have_no_header_and_no_space(tmp_path):
    path = tmp_path / "wikipediaMediumPreprocLSHTCv3-train.txt"
    path.write_text("33,44 1:1 \n")
    assert list(LshtcReader(tmp_path).read("train")) == [
        Document("0", b"1", ("33", "44"))
    ]


def test_withheld_labels_of_the_test_file_are_no_labels(tmp_path):
    (tmp_path / "train.csv").write_text("Data\n0 1:1\n")
    (tmp_path / "test.csv").write_text("Data\n0 1:1\n7 2:1\n")
    reader = LshtcReader(tmp_path)
    assert reader.splits() == ["train", "test"]
    assert [d.labels for d in reader.read("train")] == [("0",)]
    assert [d.labels for d in reader.read("test")] == [(), ("7",)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", " is empty"),
        ("Data\n", " is empty"),
        ("Daten\n1 2:1\n", ", line 1: expected integers"),
        ("Data\n1 2:1\nData\n", ", line 3: expected integers"),
        ("Data\n1, 2\n\n", ", line 3: expected labels and .* empty line"),
        ("Data\n1, 2 3\n", ", line 2: expected feature:value"),
        ("Data\n1 3:1 4:\n", ", line 2: expected feature:value"),
        ("Data\n-1 3:1\n", ", line 2: label -1 is negative"),
        ("Data\n1 -3:1\n", ", line 2: term -3 is negative"),
        ("Data\n1 3:1 4:1 3:2\n", ", line 2: term 3 stands twice"),
        ("Data\n1 3:0.5\n", ", line 2: expected counts"),
        ("Data\n1 3:-1\n", ", line 2: expected counts"),
        ("Data\n1 3:1000001\n", ", line 2: expected counts"),
        ("Data\n1 3:1e999\n", ", line 2: expected counts"),
    ],
)
def test_the_line_that_is_wrong_is_named(tmp_path, data, message):
    (tmp_path / "train.csv").write_text(data)
    with pytest.raises(UserError, match=f"train.csv{message}"):
        list(LshtcReader(tmp_path).read("train"))


def test_missing_split_is_a_user_error(tmp_path):
    with pytest.raises(
        UserError, match=r"has no wikipediaMedium\S+-test\.txt: expected wiki"
    ):
        list(LshtcReader(tmp_path).read("test"))


def test_counts_cannot_make_a_document_of_any_size(tmp_path):
    # Of 17 million bytes; a line may have 16 MiB.
    (tmp_path / "train.csv").write_text(
        "Data\n1 1234567:1000000 7654321:1000000 33:400000\n"
    )
    with pytest.raises(UserError, match="its counts make it longer"):
        list(LshtcReader(tmp_path).read("train"))
