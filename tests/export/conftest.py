"""A server of the small export, and what it should answer."""

import grpc
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_service_pb2_grpc

from axml_tf.export.client import Client
from benchmarks.server import Server


@pytest.fixture(scope="session", params=["batching", "nobatching"])
def served(request, exported):
    flags = (f"--model_base_path={exported.parent}", f"--{request.param}")
    with Server(*flags) as server:
        yield server


@pytest.fixture(scope="session")
def expected(exported):
    """What the SavedModel itself answers."""
    loaded = tf.saved_model.load(str(exported))

    def call(signature, **inputs):
        answer = loaded.signatures[signature](
            **{name: tf.constant(x) for name, x in inputs.items()}
        )
        return {name: x.numpy() for name, x in answer.items()}

    return call


@pytest.fixture
def stub(served):
    with grpc.insecure_channel(served.grpc) as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


@pytest.fixture(params=["grpc", "rest"])
def client(request, served):
    """A connection by each API."""
    where = {request.param: getattr(served, request.param)}
    with Client(**where, timeout=30) as client:
        yield client
