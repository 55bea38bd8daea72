"""One line of labels and feature:value pairs."""

import re

from axml_tf.console.errors import UserError

# Python refuses to make an integer of thousands of digits.
_INTEGER = rb"-?\d{1,18}"
# One way only to read a number: the time stays proportional to its length.
_NUMBER = rb"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_PAIR = re.compile(_INTEGER + rb":" + _NUMBER)
_LABELS = re.compile(rb"%s(?:, ?%s)*" % (_INTEGER, _INTEGER))
_LINE = re.compile(rb"(%s)?((?: +%s)*) *" % (_LABELS.pattern, _PAIR.pattern))


def split_line(line: bytes, place: str) -> tuple[list[int], bytes]:
    """Splits `3,17 5:1 12:0.5` into its labels and its pairs.

    A document without labels begins with a space; one without features ends
    behind its labels.

    Args:
        line: without its newline.
        place: file and line, for the message.

    Returns:
        The labels and the bytes of the pairs, each of them well-formed.

    Raises:
        UserError: the line is empty or malformed.
    """
    line = line.removesuffix(b"\r")
    match = _LINE.fullmatch(line)
    if not match or not line:
        raise UserError(f"{place}: expected {_what_is_wrong(line)}.")
    labels, pairs = match.groups()
    return [int(label) for label in (labels or b"").split(b",") if label], pairs


def _what_is_wrong(line: bytes) -> str:
    if not line:
        return "labels and feature:value pairs, found an empty line"
    labels = _LABELS.match(line)
    rest = line[labels.end() :] if labels else line
    if rest[:1] not in (b" ", b""):
        return (
            "integers separated by commas, or a space where there is no "
            f"label, found {line!r:.60}"
        )
    # At spaces only: no other separator is one here.
    pairs = filter(None, rest.split(b" "))
    wrong = next(pair for pair in pairs if not _PAIR.fullmatch(pair))
    return f"feature:value pairs, found {wrong!r:.60}"
