"""A server that speaks TensorFlow Serving's REST API."""

import base64
from typing import Any
from urllib.parse import quote

import numpy as np
import requests

from axml_tf.prediction.saved_model import reason


class ServerError(Exception):
    """A server that cannot be reached, or that refuses a request.

    Args:
        message: one line that says why.
        status: name of the gRPC status or number of the HTTP status; "" where
            there is none.
    """

    def __init__(self, message: str, status: str) -> None:
        super().__init__(message)
        self.status = status


class Rest:
    """Calls `/v1/models/MODEL:predict`.

    Args:
        url: `http://HOST:PORT`.
        model: name of the model.
        label: label of its version, or "".
        timeout: seconds that a call may take.
    """

    def __init__(
        self, url: str, model: str, label: str, timeout: float
    ) -> None:
        place = f"{url.rstrip('/')}/v1/models/{quote(model, safe='')}"
        if label:
            place += f"/labels/{quote(label, safe='')}"
        self._url = f"{place}:predict"
        self._timeout = timeout
        self._session = requests.Session()

    def close(self) -> None:
        """Ends the connection."""
        self._session.close()

    def call(
        self, signature: str, inputs: dict[str, Any]
    ) -> dict[str, np.ndarray]:
        """Calls a signature.

        Args:
            signature: its name.
            inputs: arrays, or lists of rows, by name.

        Returns:
            The outputs by name; texts are UTF-8, in arrays of objects.

        Raises:
            ServerError: there is no answer.
        """
        body: dict[str, Any] = {
            "signature_name": signature,
            "inputs": {name: _to_json(x) for name, x in inputs.items()},
        }
        try:
            response = self._session.post(
                self._url, json=body, timeout=self._timeout
            )
            answer = response.json()
        except (requests.RequestException, ValueError) as error:
            raise ServerError(f"{self._url}: {_why(error)}", "") from error
        outputs = answer.get("outputs") if isinstance(answer, dict) else None
        if response.status_code != 200 or not isinstance(outputs, dict):
            raise ServerError(
                f"{self._url}: {_reason_of(answer)} "
                f"(HTTP status {response.status_code}).",
                str(response.status_code),
            )
        return {name: _to_array(values) for name, values in outputs.items()}


def _why(error: Exception) -> str:
    # The library's own message is a chain of objects.
    if isinstance(error, requests.Timeout):
        return "no answer in time."
    if isinstance(error, requests.ConnectionError):
        return "no connection. Is a server running there?"
    if isinstance(error, requests.JSONDecodeError):
        return "the answer is no JSON. Is it the REST port of a server?"
    return f"{error}."


def _reason_of(answer: Any) -> str:
    message = answer.get("error") if isinstance(answer, dict) else None
    return reason(message) if isinstance(message, str) else str(answer)


def _to_json(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_to_json(x) for x in value]
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode("ascii")}
    return value


def _to_array(values: list) -> np.ndarray:
    array = np.array(values)
    if array.dtype.kind == "U":
        encoded = [text.encode("utf-8") for text in array.flat]
        return np.array(encoded, object).reshape(array.shape)
    return array
