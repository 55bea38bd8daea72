import numpy as np
import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.fields import Fields
from axml_tf.data_prep.readers.rows import RowsReader
from axml_tf.data_prep.skipped_records import SkippedRecords

ROW = {"text": "a text", "labels": ["x", "y", "x"]}


def read(rows, split="train", **fields):
    return list(RowsReader({split: rows}, Fields(**fields)).read(split))


def test_labels_are_lists_arrays_or_strings():
    for labels in (["x", "y"], ("x", "y"), np.array(["x", "y"]), "x y"):
        (document,) = read([{"text": "a", "labels": labels}])
        assert document == Document("0", b"a", ("x", "y"))
    (document,) = read([{"text": "a", "labels": np.array([3, 5])}])
    assert document.labels == ("3", "5")
    (document,) = read([{"text": "a", "labels": "x, y"}], label_separator=",")
    assert document.labels == ("x", "y")


def test_ids_are_numbers_unless_the_first_row_has_them():
    assert [d.id for d in read([ROW, ROW])] == ["0", "1"]
    rows = [{**ROW, "id": 17}, {**ROW, "id": "b"}]
    assert [d.id for d in read(rows)] == ["17", "b"]
    with pytest.raises(UserError, match="document 1 of train: 'id' is mis"):
        read([rows[0], ROW])


def test_texts_may_be_any_bytes():
    assert [d.text for d in read([{**ROW, "text": b"\xff\x00"}])] == [
        b"\xff\x00"
    ]
    assert read([{**ROW, "text": ""}])[0].text == b""


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{**ROW, "text": None}], "expected a text in 'text', found None"),
        # What pandas makes of an empty cell.
        (
            [{**ROW, "text": float("nan")}],
            "expected a text in 'text', found na",
        ),
        ([{**ROW, "labels": 3}], "expected a list of names or a string in"),
        ([{**ROW, "labels": float("nan")}], "in 'labels', found nan"),
        (["a text"], "document 0 of train: expected a dictionary, found 'a t"),
        ([{"text": "a"}], "'labels' is missing; there are 'text'."),
        ([], "There is no document for train."),
        ([{**ROW, "labels": ["a\tb"]}], "hold no tab or newline"),
    ],
)
def test_row_that_is_no_document_is_named(rows, message):
    with pytest.raises(UserError) as error:
        read(rows)
    assert message in str(error.value)


def test_bad_rows_are_skipped_where_that_is_asked_for():
    skipped = SkippedRecords()
    reader = RowsReader({"train": [ROW, {"text": 3}, ROW]}, Fields())
    found = list(reader.read("train", skipped.of("train")))
    assert [document.id for document in found] == ["0", "2"]
    assert len(skipped) == 1


def test_splits_come_in_their_order():
    reader = RowsReader({"train": [ROW], "test": [ROW]}, Fields())
    assert reader.splits() == ["train", "test"]
    assert reader.expected("test") == "documents for test"


def test_what_can_be_read_once_only_is_refused():
    with pytest.raises(UserError, match="make a list of it"):
        RowsReader({"dev": (row for row in [ROW])}, Fields())
