"""Flags made from the fields of a config dataclass."""

import dataclasses
import functools
import sys
from typing import Any

from absl import flags

from axml_tf.console.errors import UserError

# TensorFlow counts and seeds by 32 bits in many places.
_MOST = 2**31 - 1
_INTEGERS = {"lower_bound": -_MOST, "upper_bound": _MOST}
# Any but the infinite ones.
_NUMBERS = {
    "lower_bound": -sys.float_info.max,
    "upper_bound": sys.float_info.max,
}
_DEFINE = {
    bool: flags.DEFINE_boolean,
    int: functools.partial(flags.DEFINE_integer, **_INTEGERS),
    float: functools.partial(flags.DEFINE_float, **_NUMBERS),
    str: flags.DEFINE_string,
}


def setting(
    default: Any, help: str, choices: tuple[str, ...] = ()
) -> dataclasses.Field:
    """A dataclass field that becomes a flag.

    Args:
        default: its default; None for a string that may be missing.
        help: unit and meaning, for the user.
        choices: the values allowed, of a string.
    """
    return dataclasses.field(
        default=default, metadata={"help": help, "choices": choices}
    )


def define(config_class: type) -> None:
    """Defines one flag per `setting` of a dataclass, under its name."""
    for field in _settings(config_class):
        help, choices = field.metadata["help"], field.metadata["choices"]
        if choices:
            flags.DEFINE_enum(field.name, field.default, choices, help)
        elif isinstance(field.default, tuple):
            default = ",".join(map(str, field.default))
            flags.DEFINE_list(field.name, default, help)
        else:
            kind = str if field.default is None else type(field.default)
            _DEFINE[kind](field.name, field.default, help)


def values(config_class: type) -> dict[str, Any]:
    """Values of the flags that `define` made, by field name.

    Raises:
        UserError: a list holds something else than integers, or one that is
            too large.
    """
    return {field.name: _value(field) for field in _settings(config_class)}


def _value(field: dataclasses.Field) -> Any:
    value = flags.FLAGS[field.name].value
    if not isinstance(field.default, tuple):
        return value
    try:
        entries = tuple(int(entry) for entry in value)
    except ValueError as error:
        raise UserError(
            f"--{field.name} must be integers separated by commas; received "
            f"{_printable(','.join(value))}."
        ) from error
    if any(abs(entry) > _MOST for entry in entries):
        raise UserError(
            f"--{field.name} must be integers of at most {_MOST}; received "
            f"{_printable(','.join(value))}."
        )
    return entries


def _printable(text: str) -> str:
    """The beginning of a text, on one line whatever is in it."""
    return ascii(text)[1:-1][:80]


def _settings(config_class: type) -> list[dataclasses.Field]:
    return [f for f in dataclasses.fields(config_class) if "help" in f.metadata]
