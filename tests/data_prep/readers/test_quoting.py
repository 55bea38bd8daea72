"""A message shows the beginning of what stands in a file, never all."""

import pytest

from axml_tf.data_prep.readers.quoting import quote, quote_names


@pytest.mark.parametrize("value", ["short", 7, None, ["a", 1.5], {"a": "b"}])
def test_small_values_are_written_as_python_does(value):
    assert quote(value) == repr(value)


def test_large_values_are_cut():
    nested = []
    for _ in range(10_000):
        nested = [nested]
    for value in ("x" * 10_000, ["x" * 500] * 500, nested, 10**3000):
        assert len(quote(value)) < 500
    assert quote("x" * 10_000).startswith("'xxxxx")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], "none"),
        (["a"], "'a'"),
        ({"a": 1, "b c": 2}, "'a', 'b c'"),
    ],
)
def test_names_stand_side_by_side(names, expected):
    assert quote_names(names) == expected


def test_twenty_names_are_shown_at_most():
    names = [f"n{index}" for index in range(21)]
    shown = ", ".join(repr(name) for name in names[:20])
    assert quote_names(names[:20]) == shown
    assert quote_names(names) == f"{shown}, ..."
