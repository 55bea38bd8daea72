"""The two ways to a server: gRPC and REST."""

import base64
from typing import Any
from urllib.parse import quote

import grpc
import numpy as np
import requests
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from export.server_error import ServerError

Arrays = dict[str, np.ndarray]


class Grpc:
    """Calls PredictionService.

    Args:
        address: `HOST:PORT`.
        model: name of the model.
        label: label of its version, or "".
        timeout: seconds that a call may take.
    """

    def __init__(self, address: str, model: str, label: str, timeout: float):
        self._address = address
        self._timeout = timeout
        self._request = predict_pb2.PredictRequest()
        self._request.model_spec.name = model
        if label:
            self._request.model_spec.version_label = label
        self._channel = grpc.insecure_channel(
            address, options=[("grpc.max_receive_message_length", -1)]
        )
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(
            self._channel
        )

    def close(self) -> None:
        """Ends the connection."""
        self._channel.close()

    def call(self, signature: str, inputs: dict[str, Any]) -> Arrays:
        """Calls a signature.

        Raises:
            ServerError: there is no answer.
        """
        request = predict_pb2.PredictRequest()
        request.CopyFrom(self._request)
        request.model_spec.signature_name = signature
        for name, values in inputs.items():
            request.inputs[name].CopyFrom(
                tf.make_tensor_proto(_single_precision(values))
            )
        try:
            response = self._stub.Predict(request, timeout=self._timeout)
        except grpc.RpcError as error:
            raise ServerError(
                f"{self._address}: {error.details()} ({error.code().name}).",
                error.code().name,
            ) from error
        return {
            name: tf.make_ndarray(tensor)
            for name, tensor in response.outputs.items()
        }


class Rest:
    """Calls `/v1/models/MODEL:predict`.

    Args:
        url: `http://HOST:PORT`.
        model: name of the model.
        label: label of its version, or "".
        timeout: seconds that a call may take.
    """

    def __init__(self, url: str, model: str, label: str, timeout: float):
        place = f"{url.rstrip('/')}/v1/models/{quote(model, safe='')}"
        if label:
            place += f"/labels/{quote(label, safe='')}"
        self._url = f"{place}:predict"
        self._timeout = timeout
        self._session = requests.Session()

    def close(self) -> None:
        """Ends the connection."""
        self._session.close()

    def call(self, signature: str, inputs: dict[str, Any]) -> Arrays:
        """Calls a signature.

        Raises:
            ServerError: there is no answer.
        """
        body = {
            "signature_name": signature,
            "inputs": {name: _to_json(x) for name, x in inputs.items()},
        }
        try:
            response = self._session.post(
                self._url, json=body, timeout=self._timeout
            )
            answer = response.json()
        except (requests.RequestException, ValueError) as error:
            raise ServerError(f"{self._url}: {error}.", "") from error
        if response.status_code != 200:
            raise ServerError(
                f"{self._url}: {answer.get('error', answer)} "
                f"(HTTP status {response.status_code}).",
                str(response.status_code),
            )
        return {
            name: _to_array(values)
            for name, values in answer["outputs"].items()
        }


def _single_precision(values: Any) -> np.ndarray:
    """As an array; Python's numbers in the types that signatures have."""
    array = np.array(values)
    if isinstance(values, np.ndarray):
        return values
    if array.dtype.kind in "US":
        # Not NumPy's own strings, which lose NUL bytes at their ends.
        return np.array(values, object)
    return array.astype(
        {"f": np.float32, "i": np.int32}.get(array.dtype.kind, array.dtype)
    )


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
