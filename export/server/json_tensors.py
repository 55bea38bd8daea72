"""Tensors as JSON, in TensorFlow Serving's two formats.

Rows: `{"instances": [...]}`, answered by `{"predictions": [...]}`; a row is a
value where there is one input, else a dictionary. Columns: `{"inputs": ...}`,
answered by `{"outputs": ...}`. Bytes that are no UTF-8 are
`{"b64": "..."}`.
"""

import base64
import json
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from axml_tf.export.server.request_errors import invalid
from axml_tf.export.server.servable import Arrays, InputInfos

# A signature's inputs have two at most.
_MAX_DIMENSIONS = 8
# What JSON has for each kind of array; a boolean is no integer here.
_TYPES = {"O": (bytes,), "f": (int, float), "i": (int,), "b": (bool,)}


class PredictRequest(NamedTuple):
    """A request's body, before the signature is known.

    Attributes:
        signature: its name, or "".
        by_row: whether the tensors came by rows.
        tensors: rows or columns, as JSON.
    """

    signature: str
    by_row: bool
    tensors: Any


def parse(body: bytes) -> PredictRequest:
    """Reads a request's body.

    Raises:
        RequestError: it is no such JSON.
    """
    try:
        request = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise invalid(f"JSON Parse error: {error}") from error
    if not isinstance(request, dict):
        raise invalid("Expected a JSON object.")
    given = [name for name in ("instances", "inputs") if name in request]
    if len(given) != 1:
        raise invalid("Expected either 'instances' or 'inputs'.")
    signature = request.get("signature_name", "")
    if not isinstance(signature, str):
        raise invalid("'signature_name' must be a string.")
    return PredictRequest(signature, given == ["instances"], request[given[0]])


def to_arrays(request: PredictRequest, wanted: InputInfos) -> Arrays:
    """Makes arrays of the types that a signature has.

    Args:
        request: as `parse` gives it.
        wanted: descriptions of the signature's inputs, by name.

    Raises:
        RequestError: names, types or shapes do not fit.
    """
    columns = request.tensors
    if request.by_row:
        columns = _columns(request.tensors, list(wanted))
    elif not isinstance(columns, dict):
        if len(wanted) != 1:
            raise invalid(f"'inputs' must name each of {sorted(wanted)}.")
        columns = {name: columns for name in wanted}
    return {
        name: _to_array(name, values, tf.as_dtype(wanted[name].dtype))
        if name in wanted
        else np.zeros(0)  # Refused for its name.
        for name, values in columns.items()
    }


def to_body(outputs: Arrays, by_row: bool) -> dict[str, Any]:
    """The answer to a request, ready for `json.dumps`."""
    columns = {name: _to_json(array) for name, array in outputs.items()}
    if len(columns) == 1:
        # TensorFlow Serving does not name an output that is alone.
        return {
            "predictions" if by_row else "outputs": next(iter(columns.values()))
        }
    if not by_row:
        return {"outputs": columns}
    rows = zip(*columns.values(), strict=True)
    return {
        "predictions": [dict(zip(columns, row, strict=True)) for row in rows]
    }


def _columns(rows: Any, names: list[str]) -> dict[str, list]:
    if not isinstance(rows, list) or not rows:
        raise invalid("'instances' must be a list of at least one row.")
    if len(names) == 1 and not _is_named(rows[0]):
        return {names[0]: rows}
    if not all(isinstance(row, dict) for row in rows):
        raise invalid(f"Every row must be an object of {sorted(names)}.")
    if any(row.keys() != rows[0].keys() for row in rows):
        raise invalid("All rows must have the same names.")
    return {name: [row[name] for row in rows] for name in rows[0]}


def _is_named(row: Any) -> bool:
    return isinstance(row, dict) and row.keys() != {"b64"}


def _to_array(name: str, values: Any, dtype: tf.DType) -> np.ndarray:
    try:
        shape, scalars = _flattened(values)
        scalars = [_decoded(scalar) for scalar in scalars]
        # Checked one by one: an array of numbers and one long string would
        # be as wide as the string in every place.
        if not all(type(x) in _TYPES.get(_kind(dtype), ()) for x in scalars):
            raise ValueError(f"not every value is of type {dtype.name}")
        with np.errstate(over="ignore"):
            array = np.array(scalars, dtype.as_numpy_dtype)
        return array.reshape(shape)
    except (ValueError, OverflowError) as error:
        raise invalid(f"Input {name!r} does not fit: {error}.") from error


def _kind(dtype: tf.DType) -> str:
    return np.dtype(dtype.as_numpy_dtype).kind


def _flattened(values: Any) -> tuple[list[int], list]:
    """Shape and scalars of nested lists; level by level, not recursively."""
    shape: list[int] = []
    level = [values]
    while level and isinstance(level[0], list):
        if len(shape) == _MAX_DIMENSIONS:
            raise ValueError(f"it has more than {_MAX_DIMENSIONS} dimensions")
        length = len(level[0])
        if not all(isinstance(x, list) and len(x) == length for x in level):
            raise ValueError("rows are of different lengths")
        shape.append(length)
        level = [x for row in level for x in row]
    if any(isinstance(x, list) for x in level):
        raise ValueError("rows are of different lengths")
    return shape, level


def _decoded(value: Any) -> Any:
    """Strings and {"b64": ...} as bytes, everything else as it is."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    if isinstance(value, dict):
        if value.keys() != {"b64"} or not isinstance(value["b64"], str):
            raise invalid('Expected an object of the form {"b64": "..."}.')
        try:
            return base64.b64decode(value["b64"], validate=True)
        except ValueError as error:
            raise invalid(f"Unable to base64 decode ({error}).") from error
    return value


def _to_json(array: np.ndarray) -> list:
    if array.dtype.kind != "O":
        # float32 in as few digits as it needs, not in those of a double.
        if array.dtype == np.float32:
            array = array.astype(str).astype(np.float64)
        return array.tolist()
    return _text(array.tolist())


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(x) for x in value]
    return value.decode("utf-8", "replace")
