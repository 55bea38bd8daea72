"""When a batch goes: TensorFlow Serving's --batching_parameters_file.

Its message, BatchingParameters, is not among those of
`tensorflow-serving-api`; it is flat enough to be read here.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

from axml_tf.console.errors import UserError

_FIELD = re.compile(r"(\w+)\s*(?:\{\s*value\s*:\s*(\w+)\s*\}|:\s*(\w+))\s*")
# TensorFlow Serving has these too. They change no answer, and nothing here.
_IGNORED = ("thread_pool_name", "pad_variable_length_inputs")


class BatchingParameters(NamedTuple):
    """When a batch goes, as in TensorFlow Serving's message of that name.

    Attributes:
        max_batch_size: rows of a batch.
        batch_timeout_micros: time that a request waits for others.
        num_batch_threads: batches worked on at once.
        max_enqueued_batches: batches that may wait.
    """

    max_batch_size: int = 16
    batch_timeout_micros: int = 2000
    num_batch_threads: int = 2
    max_enqueued_batches: int = 64


def read_batching(path: str | os.PathLike) -> BatchingParameters:
    """Reads a file of such parameters.

    Raises:
        UserError: it is malformed, or has a field that is not served here.
    """
    text = Path(path).read_text(encoding="utf-8", errors="replace")
    text = re.sub(r"#.*", "", text).strip()
    given: dict[str, str] = {}
    start = 0
    while start < len(text):
        field = _FIELD.match(text, start)
        if not field:
            raise UserError(
                f"{path} is no BatchingParameters of TensorFlow Serving, at "
                f"{text[start : start + 40]!r}."
            )
        given[field[1]] = field[2] or field[3]
        start = field.end()
    for name in _IGNORED:
        given.pop(name, None)
    try:
        parameters = BatchingParameters(
            **{name: int(value) for name, value in given.items()}
        )
    except (TypeError, ValueError) as error:
        raise UserError(
            f"{path}: expected numbers for {BatchingParameters._fields} "
            f"({error})."
        ) from error
    least = parameters._replace(
        batch_timeout_micros=parameters.batch_timeout_micros + 1
    )
    if min(least) < 1:
        raise UserError(f"{path}: every number must be positive.")
    return parameters
