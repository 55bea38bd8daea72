"""Settings: fields of a config dataclass, checked, and flags made of them."""

import dataclasses
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from absl import flags

from axml_tf.console.errors import UserError

# TensorFlow counts and seeds by 32 bits in many places.
_MOST = 2**31 - 1
# Where a field keeps its setting.
_KEY = "setting"
# What a setting may be by default.
_Default = bool | int | float | str | tuple[int, ...] | None
_Value = TypeVar("_Value", bound=_Default)


class _Setting(NamedTuple):
    """What is known of a setting, see `setting`."""

    default: _Default
    help: str
    choices: tuple[str, ...]
    at_least: float | None
    above: float | None
    below: float | None


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
    known = _Setting(default, help, choices, at_least, above, below)
    return dataclasses.field(default=default, metadata={_KEY: known})


def check(config: object) -> None:
    """Checks every `setting` of a dataclass against its bounds.

    Args:
        config: the dataclass.

    Raises:
        UserError: a value is out of range; the message names the flag.
    """
    for name, known in _settings(type(config)).items():
        value = getattr(config, name)
        require(
            not known.choices or value in known.choices,
            config,
            name,
            f"one of {', '.join(known.choices)}",
        )
        # Written so that what is no number is out of range too.
        require(
            (known.at_least is None or value >= known.at_least)
            and (known.above is None or value > known.above)
            and (known.below is None or value < known.below),
            config,
            name,
            _range(known),
        )


def require(right: bool, config: object, name: str, expected: str) -> None:
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
    for name, known in _settings(config_class).items():
        default, help = known.default, known.help
        allowed = (choices or {}).get(name, known.choices)
        # A truth value is an int, too.
        if isinstance(default, bool):
            flags.DEFINE_boolean(name, default, help)
        elif isinstance(default, int):
            flags.DEFINE_integer(
                name, default, help, lower_bound=-_MOST, upper_bound=_MOST
            )
        elif isinstance(default, float):
            # Any but the infinite ones.
            flags.DEFINE_float(
                *(name, default, help),
                lower_bound=-sys.float_info.max,
                upper_bound=sys.float_info.max,
            )
        elif isinstance(default, tuple):
            flags.DEFINE_list(name, ",".join(map(str, default)), help)
        elif allowed:
            flags.DEFINE_enum(name, default, allowed, help)
        else:
            flags.DEFINE_string(name, default, help)


def values(config_class: type) -> dict[str, Any]:
    """Values of the flags that `define` made, by field name.

    Args:
        config_class: the dataclass.

    Raises:
        UserError: a list holds something else than integers, or one that is
            too large.
    """
    return {
        name: _integers(name)
        if isinstance(known.default, tuple)
        else flags.FLAGS[name].value
        for name, known in _settings(config_class).items()
    }


def _range(known: _Setting) -> str:
    if known.below is not None:
        return f"in [{known.at_least}, {known.below})"
    if known.above is not None:
        return f"above {known.above}"
    return f"at least {known.at_least}"


def _integers(name: str) -> tuple[int, ...]:
    """Value of a flag that is a list."""
    value = flags.FLAGS[name].value or []
    try:
        entries = tuple(int(entry) for entry in value)
    except ValueError as error:
        raise UserError(
            f"--{name} must be integers separated by commas; received "
            f"{_printable(','.join(value))}."
        ) from error
    if any(abs(entry) > _MOST for entry in entries):
        raise UserError(
            f"--{name} must be integers of at most {_MOST}; received "
            f"{_printable(','.join(value))}."
        )
    return entries


def _printable(text: str) -> str:
    """The beginning of a text, on one line whatever is in it."""
    return ascii(text)[1:-1][:80]


def _settings(config_class: type) -> dict[str, _Setting]:
    """By name, in the order of the fields."""
    return {
        field.name: field.metadata[_KEY]
        for field in dataclasses.fields(config_class)
        if _KEY in field.metadata
    }
