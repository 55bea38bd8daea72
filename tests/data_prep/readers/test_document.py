"""Names that no file could hold are refused."""

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import Document, make_document


def test_repeated_and_empty_labels_are_dropped():
    found = make_document("1", b"text", ["b", "", "a", "b"], "x, line 1")
    assert found == Document("1", b"text", ("b", "a"))


def test_longest_id_has_a_thousand_characters():
    longest = "\u00e9" * 1000
    assert make_document(longest, b"", [], "x, line 1").id == longest
    with pytest.raises(
        UserError,
        match="^x, line 1: expected an id of at most 1000 characters, found "
        r"1,001\.$",
    ):
        make_document(longest + "\u00e9", b"", [], "x, line 1")


def test_empty_id_is_refused():
    with pytest.raises(
        UserError, match=r"^x, line 1: expected an id, found an empty one\.$"
    ):
        make_document("", b"", [], "x, line 1")


@pytest.mark.parametrize("wrong", ["a\tb", "a\nb", "a\ud800"])
def test_names_with_separators_are_refused(wrong):
    for document_id, labels in ((wrong, ["a"]), ("1", ["a", wrong])):
        with pytest.raises(UserError) as error:
            make_document(document_id, b"\t\n", labels, "x, line 1")
        assert str(error.value) == (
            "x, line 1: ids and labels are UTF-8 and hold no tab or newline; "
            f"found {wrong!r}."
        )
