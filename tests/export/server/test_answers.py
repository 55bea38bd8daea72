"""What the embedded server answers, over the wire."""

import threading

import grpc
import numpy as np
import pytest
import requests
from asking import TEXTS, post
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
)


def assert_same(answer, expected):
    assert answer.keys() == expected.keys()
    for name, values in expected.items():
        if values.dtype.kind == "f":
            np.testing.assert_allclose(answer[name], values, atol=1e-6)
        elif values.dtype == object:
            texts = [x.decode("utf-8", "replace") for x in values.flat]
            found = [x.decode("utf-8", "replace") for x in answer[name].flat]
            assert texts == found
        else:
            np.testing.assert_array_equal(answer[name], values)


@pytest.mark.parametrize("signature", ["serving_default", "explain"])
def test_answers_are_those_of_the_saved_model(client, expected, signature):
    assert_same(
        client.call(signature, text=TEXTS), expected(signature, text=TEXTS)
    )


def test_every_signature_can_be_called(client, expected):
    inputs = {"text": TEXTS[:2], "k": [2, 3], "threshold": [0.0, 0.5]}
    assert_same(client.call("top_k", **inputs), expected("top_k", **inputs))
    inputs = {"text": TEXTS[:2], "label": [b"trade", "pêche".encode()]}
    assert_same(
        client.call("explain_label", **inputs),
        expected("explain_label", **inputs),
    )
    inputs = {"token_ids": [[2, 3, 0], [4, 1, 5]]}
    assert_same(
        client.call("token_ids", **inputs), expected("token_ids", **inputs)
    )


def test_concurrent_requests_get_each_their_own_answer(client, expected):
    texts = [b"fish " * n + b"the quota" for n in range(24)]
    answers = [None] * len(texts)

    def ask(i):
        answers[i] = client.call("explain", text=texts[i : i + 1])

    threads = [threading.Thread(target=ask, args=[i]) for i in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for text, answer in zip(texts, answers, strict=True):
        alone = expected("explain", text=[text])
        for name in ("label_ids", "truncated"):
            np.testing.assert_array_equal(answer[name], alone[name])
        width = alone["attention"].shape[2]
        np.testing.assert_allclose(
            answer["attention"][:, :, :width], alone["attention"], atol=1e-6
        )


def test_metadata_and_status(served, stub):
    request = get_model_metadata_pb2.GetModelMetadataRequest(
        metadata_field=["signature_def"]
    )
    request.model_spec.name = "axml"
    response = stub.GetModelMetadata(request, timeout=30)
    definitions = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(definitions)
    names = set(definitions.signature_def)
    assert {"serving_default", "explain", "top_k", "classify"} <= names
    place = f"{served.rest}/v1/models/axml"
    metadata = requests.get(f"{place}/metadata", timeout=30).json()
    rest_names = metadata["metadata"]["signature_def"]["signature_def"]
    assert set(rest_names) == names
    (status,) = requests.get(place, timeout=30).json()["model_version_status"]
    assert (status["version"], status["state"]) == ("1", "AVAILABLE")
    with grpc.insecure_channel(served.grpc) as channel:
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = "axml"
        response = model_service_pb2_grpc.ModelServiceStub(
            channel
        ).GetModelStatus(request, timeout=30)
    assert [x.version for x in response.model_version_status] == [1]
    assert requests.get(f"{place}x", timeout=30).status_code == 404


def test_metrics_count_requests_and_refusals(served):
    post(served, {"instances": ["fish"]})
    post(served, {"instances": [1]})
    path = f"{served.rest}/monitoring/prometheus/metrics"
    page = requests.get(path, timeout=30).text
    assert ":tensorflow:serving:request_count" in page
    assert 'API="REST",model_name="axml",status="OK"' in page
