"""The first record tells whether there are ids."""

import pytest

from axml_tf.data_prep.readers.fields import Fields


@pytest.mark.parametrize(
    ("id_field", "record", "expected"),
    [
        ("id", {"id", "text"}, True),
        ("id", {"text"}, False),
        # Who names a field wants it, and is told where it is missing.
        ("key", {"id", "text"}, True),
        ("key", {"key"}, True),
    ],
)
def test_ids_are_read_where_they_are_there_or_asked_for(
    id_field, record, expected
):
    assert Fields(id_field=id_field).has_ids(record) is expected


@pytest.mark.parametrize(
    ("separator", "labels", "expected"),
    [
        (" ", "a  b", ["a", "", "b"]),
        (";", "a b; c ;", ["a b", "c", ""]),
        ("::", "a::b:c", ["a", "b:c"]),
    ],
)
def test_labels_are_split_and_stripped(separator, labels, expected):
    assert Fields(label_separator=separator).split_labels(labels) == expected
