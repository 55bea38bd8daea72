"""Two equal ids are found, wherever they stand."""

from pathlib import Path

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.unique_ids import UniqueIds


def test_different_ids_pass():
    ids = UniqueIds()
    ids.check()
    for number in range(10_000):
        ids.add(str(number), Path("a"), number + 1)
    ids.check()


@pytest.mark.parametrize("first", [0, 17, 98])
def test_both_places_are_named(first):
    ids = UniqueIds()
    for number in range(100):
        path = Path("a" if number < 50 else "b")
        ids.add(str(number), path, 1000 + number)
    ids.add(str(first), Path("c"), 2**39)
    with pytest.raises(UserError) as error:
        ids.check()
    path = "a" if first < 50 else "b"
    assert str(error.value) == (
        f"c, line {2**39}: the document id of {path}, line {1000 + first} "
        "again. Every document needs an id of its own."
    )
