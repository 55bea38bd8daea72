"""What the embedded server refuses, and how."""

import threading

import grpc
import numpy as np
import pytest
from asking import TEXTS, post, predict_request

from axml_tf.export.client import Client
from axml_tf.prediction.rest import ServerError


def test_one_bad_request_fails_alone_over_the_wire(served):
    codes = {}

    def ask(i):
        label = "trade" if i % 3 else "no such label"
        with Client(grpc=served.grpc, timeout=30) as client:
            try:
                client.call("explain_label", text=TEXTS[:1], label=[label])
                codes[i] = "OK"
            except ServerError as error:
                codes[i] = error.status

    threads = [threading.Thread(target=ask, args=[i]) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == {
        i: "OK" if i % 3 else "INVALID_ARGUMENT" for i in range(12)
    }


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (predict_request(name="other", text=TEXTS), "NOT_FOUND"),
        (predict_request(name="", text=TEXTS), "INVALID_ARGUMENT"),
        (predict_request("no_such", text=TEXTS), "FAILED_PRECONDITION"),
        (predict_request(text=[1, 2]), "INVALID_ARGUMENT"),
        (predict_request(text=b"scalar"), "INVALID_ARGUMENT"),
        (predict_request(texts=TEXTS), "INVALID_ARGUMENT"),
        (predict_request(), "INVALID_ARGUMENT"),
        (
            predict_request("top_k", text=TEXTS[:1], k=[99], threshold=[0.5]),
            "INVALID_ARGUMENT",
        ),
        (
            predict_request("top_k", text=TEXTS[:1], k=[1, 2], threshold=[0.5]),
            "INVALID_ARGUMENT",
        ),
        (predict_request(text=[b"x" * 5_000_000]), "RESOURCE_EXHAUSTED"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_refused_over_grpc(stub, request_, code):
    with pytest.raises(grpc.RpcError) as error:
        stub.Predict(request_, timeout=30)
    assert error.value.code().name == code
    assert "\n" not in error.value.details()


def test_refusals_say_why(served, stub):
    request = predict_request("top_k", text=TEXTS[:1], k=[99], threshold=[0.5])
    with pytest.raises(grpc.RpcError, match="k must be from 1 to 7"):
        stub.Predict(request, timeout=30)
    body = {
        "signature_name": "explain_label",
        "inputs": {"text": ["fish"], "label": ["no such label"]},
    }
    error = post(served, body).json()["error"]
    assert "no label of this name" in error and "no such label" in error


def test_a_billion_labels_are_refused(served, stub):
    request = predict_request(
        "top_k", text=TEXTS[:1], k=np.array([10**9], np.int32), threshold=[0.5]
    )
    with pytest.raises(grpc.RpcError, match="k must be from 1 to 7") as error:
        stub.Predict(request, timeout=30)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    row = {"text": "fish", "k": 10**9, "threshold": 0.5}
    body = {"signature_name": "top_k", "instances": [row]}
    assert post(served, body).status_code == 400


def test_unknown_version_and_label_are_refused(stub):
    request = predict_request(text=TEXTS)
    request.model_spec.version.value = 7
    with pytest.raises(grpc.RpcError) as error:
        stub.Predict(request, timeout=30)
    assert error.value.code() == grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"instances": ["cut of', 400),
        (b"[" * 100_000, 400),
        (b"\xff\xfe", 400),
        ([1], 400),
        ({}, 400),
        ({"instances": []}, 400),
        ({"instances": ["a"], "inputs": ["a"]}, 400),
        ({"instances": [1]}, 400),
        ({"instances": ["a", ["b"]]}, 400),
        ({"instances": [{"texts": "a"}]}, 400),
        ({"instances": [{"b64": "%%%"}]}, 400),
        ({"inputs": {"text": [{"b65": "x"}]}}, 400),
        ({"instances": ["a"], "signature_name": "no_such"}, 400),
        ({"instances": ["a"], "signature_name": 3}, 400),
        ({"instances": ["x" * 5_000_000]}, 413),
    ],
)
def test_refused_over_rest(served, body, status):
    response = post(served, body)
    assert response.status_code == status
    assert response.json()["error"]
