"""The gRPC client, against a service that gives one answer."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from axml_tf.export.grpc_client import Grpc
from axml_tf.prediction.rest import ServerError


class OneAnswer(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Keeps the last request, and gives its outputs or refuses."""

    def __init__(self, outputs, refusal=None):
        self.request, self._outputs, self._refusal = None, outputs, refusal

    def Predict(self, request, context):
        self.request = request
        if self._refusal:
            context.abort(*self._refusal)
        response = predict_pb2.PredictResponse()
        for name, values in self._outputs.items():
            response.outputs[name].CopyFrom(tf.make_tensor_proto(values))
        return response


@contextlib.contextmanager
def connected(service, model="axml", label=""):
    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_insecure_port("localhost:0")
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        service, server
    )
    server.start()
    client = Grpc(f"localhost:{port}", model, label, 10)
    try:
        yield client, f"localhost:{port}"
    finally:
        client.close()
        server.stop(None)


def test_numbers_have_the_types_of_signatures_and_texts_all_their_bytes():
    service = OneAnswer({})
    with connected(service, "laws", "stable") as (client, _):
        client.call(
            "top_k",
            {
                "text": [b"ends in NUL\x00", "pêche\x00"],
                "k": [1, 2],
                "threshold": [0.5, 0],
                "token_ids": np.zeros((1, 2), np.int64),
            },
        )
    spec = service.request.model_spec
    assert (spec.name, spec.version_label) == ("laws", "stable")
    assert spec.signature_name == "top_k"
    found = {
        name: tf.make_ndarray(tensor)
        for name, tensor in service.request.inputs.items()
    }
    assert found["text"].tolist() == [b"ends in NUL\x00", "pêche\x00".encode()]
    assert found["k"].dtype == np.int32 and found["k"].tolist() == [1, 2]
    assert found["threshold"].dtype == np.float32
    assert found["threshold"].tolist() == [0.5, 0.0]
    # An array is sent as it is.
    assert found["token_ids"].dtype == np.int64


def test_request_without_a_label_names_none():
    service = OneAnswer({})
    with connected(service) as (client, _):
        client.call("explain", {"text": ["a"]})
    assert not service.request.model_spec.HasField("version_label")


def test_answer_is_arrays_and_texts_are_bytes():
    service = OneAnswer(
        {
            "labels": np.array([[b"\xff\x00", b"x"]], object),
            "probabilities": np.array([[0.5, 0.25]], np.float32),
        }
    )
    with connected(service) as (client, _):
        found = client.call("explain", {"text": ["a"]})
    assert found["labels"].tolist() == [[b"\xff\x00", b"x"]]
    assert found["probabilities"].dtype == np.float32
    assert found["probabilities"].tolist() == [[0.5, 0.25]]


def test_refusal_is_one_line_with_its_status():
    refusal = (grpc.StatusCode.NOT_FOUND, "no such model")
    with (
        connected(OneAnswer({}, refusal)) as (client, address),
        pytest.raises(ServerError) as error,
    ):
        client.call("explain", {"text": ["a"]})
    assert str(error.value) == f"{address}: no such model (NOT_FOUND)."
    assert error.value.status == "NOT_FOUND"
