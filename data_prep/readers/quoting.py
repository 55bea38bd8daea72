"""What stands in a file, for messages: never more than a few words of it."""

import itertools
import reprlib
from collections.abc import Iterable
from typing import Any

_MAX_NAMES = 20

# Unlike `repr` it goes a few levels deep only, and cannot run out of them.
_quoter = reprlib.Repr()
_quoter.maxstring = _quoter.maxother = 60


def quote(value: Any) -> str:
    """The beginning of a value as Python writes it."""
    return _quoter.repr(value)


def quote_names(names: Iterable[str]) -> str:
    """The first of some names, or `none`."""
    names = iter(names)
    quoted = [quote(name) for name in itertools.islice(names, _MAX_NAMES)]
    if next(names, None) is not None:
        quoted.append("...")
    return ", ".join(quoted) or "none"
