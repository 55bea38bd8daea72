"""Settings: fields of a config dataclass, checked, and flags made of them."""

import dataclasses
import functools
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from absl import flags

from axml_tf.console.errors import UserError

_Value = TypeVar("_Value")

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
    *,
    default: _Value,
    help: str,
    choices: tuple[str, ...] = (),
    at_least: float | None = None,
    above: float | None = None,
    below: float | None = None,
) -> _Value:
    """A dataclass field that becomes a flag.

    Args:
        default: its default; None for a string that may be missing.
        help: unit and meaning, for the user.
        choices: the values allowed, of a string.
        at_least: the least value allowed, of a number.
        above: what a number must be above.
        below: what a number must be below.

    Returns:
        The field. Its type is that of the default, as `dataclasses.field`
        has it.
    """
    return dataclasses.field(
        default=default,
        metadata={
            "help": help,
            "choices": choices,
            "at_least": at_least,
            "above": above,
            "below": below,
        },
    )


def check(config: Any) -> None:
    """Checks every `setting` of a dataclass against its bounds.

    Raises:
        UserError: a value is out of range; the message names the flag.
    """
    for field in _settings(type(config)):
        value, bounds = getattr(config, field.name), field.metadata
        require(
            not bounds["choices"] or value in bounds["choices"],
            config,
            field.name,
            f"one of {', '.join(bounds['choices'])}",
        )
        # Written so that what is no number is out of range too.
        require(
            (bounds["at_least"] is None or value >= bounds["at_least"])
            and (bounds["above"] is None or value > bounds["above"])
            and (bounds["below"] is None or value < bounds["below"]),
            config,
            field.name,
            _range(bounds),
        )


def require(right: bool, config: Any, name: str, expected: str) -> None:
    """Refuses a setting's value.

    Args:
        right: whether it is right.
        config: has the value.
        name: of the setting.
        expected: what the value must be.

    Raises:
        UserError: it is not right.
    """
    if not right:
        raise UserError(
            f"--{name} must be {expected}; received {getattr(config, name)!r}."
        )


def define(
    config_class: type, choices: Mapping[str, Sequence[str]] | None = None
) -> None:
    """Defines one flag per `setting` of a dataclass, under its name.

    Args:
        config_class: the dataclass.
        choices: the values allowed, by name of a string, where the field
            itself does not have them.
    """
    for field in _settings(config_class):
        help = field.metadata["help"]
        allowed = (choices or {}).get(field.name, field.metadata["choices"])
        if allowed:
            flags.DEFINE_enum(field.name, field.default, allowed, help)
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


def _range(bounds: Mapping[str, float | None]) -> str:
    if bounds["below"] is not None:
        return f"in [{bounds['at_least']}, {bounds['below']})"
    if bounds["above"] is not None:
        return f"above {bounds['above']}"
    return f"at least {bounds['at_least']}"


def _value(field: dataclasses.Field[Any]) -> Any:
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


def _settings(config_class: type) -> list[dataclasses.Field[Any]]:
    return [f for f in dataclasses.fields(config_class) if "help" in f.metadata]
