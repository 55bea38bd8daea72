"""Reads small JSON files, whoever wrote them. Standard library only."""

import json
import os
import types
import typing
from typing import Any, TypeVar

# A description, however many files and settings it names, stays below.
_MOST_BYTES = 16 * 2**20

_Made = TypeVar("_Made")


def read_json(path: str | os.PathLike) -> Any:
    """Reads a file of JSON, at most 16 MiB.

    Args:
        path: the file.

    Returns:
        What it says: dictionaries, lists, texts, numbers.

    Raises:
        ValueError: it is larger, or no JSON.
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError(f"it is larger than {_MOST_BYTES:,} bytes")
    return parse_json(content.decode("utf-8"))


def parse_json(text: str) -> Any:
    """What a text of JSON says.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def make(kind: type[_Made], values: Any) -> _Made:
    """Makes a dataclass of numbers and texts from a JSON object.

    Args:
        kind: the dataclass; its fields are of type bool, int, float, str,
            None, a dictionary of texts, or a tuple of one of the first four.
        values: of its fields, by name.

    Raises:
        ValueError: a field is missing, unknown, or of another type; a number
            is infinite or leaves 64 bits.
    """
    if not isinstance(values, dict):
        raise ValueError(f"expected an object, found {str(values)[:60]!r}")
    for name, hint in typing.get_type_hints(kind).items():
        if name in values and not _fits(values[name], hint):
            raise ValueError(
                f"`{name}` must be of type {hint}. Received: "
                f"{str(values[name])[:60]!r}"
            )
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(str(error)) from error


def _fits(value: Any, hint: Any) -> bool:
    if isinstance(hint, types.UnionType):
        return any(_fits(value, one) for one in typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        return isinstance(value, list) and all(
            _fits(one, typing.get_args(hint)[0]) for one in value
        )
    if typing.get_origin(hint) is dict:
        return isinstance(value, dict) and all(
            isinstance(text, str) for text in value.values()
        )
    if hint in (int, float):
        # True is an int, too, and not meant.
        allowed = (int,) if hint is int else (int, float)
        return type(value) in allowed and -(2**63) <= value < 2**63
    return isinstance(value, hint)
