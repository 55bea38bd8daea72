"""A server that speaks TensorFlow Serving's gRPC API."""

from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from axml_tf.prediction.rest import ServerError


class Grpc:
    """Calls PredictionService.

    Args:
        address: `HOST:PORT`.
        model: name of the model.
        label: label of its version, or "".
        timeout: seconds that a call may take.
    """

    def __init__(
        self, address: str, model: str, label: str, timeout: float
    ) -> None:
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

    def call(
        self, signature: str, inputs: dict[str, Any]
    ) -> dict[str, np.ndarray]:
        """Calls a signature.

        Args:
            signature: its name.
            inputs: arrays, or lists of rows, by name.

        Returns:
            The outputs by name; texts are bytes, in arrays of objects.

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
