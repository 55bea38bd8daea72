"""Requests as a client without this package makes them."""

import json

import requests
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2

TEXTS = [
    b"The FISH quota, of 1998",
    b"fish the quota " * 30,
    b"",
    b"\xff\x00 quota",
]


def predict_request(signature="", name="axml", **inputs):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    for key, value in inputs.items():
        request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
    return request


def post(served, body, place="/v1/models/axml"):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return requests.post(f"{served.rest}{place}:predict", body, timeout=30)
