"""The REST API: over an idle model in this process, and over the wire."""

import asyncio
import json

import numpy as np
import pytest
from aiohttp.test_utils import TestClient, TestServer
from asking import post
from served_signatures import INPUTS, idle_core
from wire import connected, read_all, status_of

from axml_tf.export.server.rest_api import make_app


def ask(method, place, body=None, **limits):
    """Status, content type and content of the answer of an idle model."""

    async def scenario():
        app = make_app(idle_core(**limits))
        async with (
            TestClient(TestServer(app)) as client,
            client.request(method, place, json=body) as response,
        ):
            return response.status, response.content_type, await response.read()

    return asyncio.run(scenario())


def ask_json(method, place, body=None, **limits):
    status, content_type, content = ask(method, place, body, **limits)
    assert content_type == "application/json"
    return status, json.loads(content)


@pytest.mark.parametrize("place", ["", "/versions/1", "/labels/stable"])
def test_rows_are_answered_at_every_place_of_a_model(place):
    status, answer = ask_json(
        "POST", f"/v1/models/axml{place}:predict", {"instances": ["a", "b"]}
    )
    row = {"labels": ["p\u00eache", "\ufffd\0"], "probabilities": [0.1, 0.1]}
    assert (status, answer) == (200, {"predictions": [row, row]})


def test_columns_are_answered_by_columns():
    body = {"signature_name": "token_ids", "inputs": [[1, 2]]}
    status, answer = ask_json("POST", "/v1/models/axml:predict", body)
    columns = {
        "labels": [["p\u00eache", "\ufffd\0"]],
        "probabilities": [[0.1, 0.1]],
    }
    assert (status, answer) == (200, {"outputs": columns})


def test_state_and_signatures_of_a_model_are_told():
    status, answer = ask_json("GET", "/v1/models/axml")
    (version,) = answer["model_version_status"]
    assert status == 200
    assert (version["version"], version["state"]) == ("1", "AVAILABLE")
    status, answer = ask_json("GET", "/v1/models/axml/versions/1/metadata")
    assert status == 200
    assert answer["model_spec"]["name"] == "axml"
    assert answer["model_spec"]["version"] == "1"
    signatures = answer["metadata"]["signature_def"]["signature_def"]
    assert signatures.keys() == INPUTS.keys()
    # int32 of any number of rows and columns, as JSON has a TensorInfo.
    info = signatures["token_ids"]["inputs"]["token_ids"]
    assert info["dtype"] == "DT_INT32"
    sizes = [dim["size"] for dim in info["tensor_shape"]["dim"]]
    assert sizes == ["-1", "-1"]


def test_page_of_metrics_is_plain_text():
    status, content_type, page = ask("GET", "/monitoring/prometheus/metrics")
    assert (status, content_type) == (200, "text/plain")
    assert b"# TYPE :tensorflow:serving:request_count_total counter" in page


@pytest.mark.parametrize(
    ("place", "body", "status", "words"),
    [
        ("other:predict", {"instances": ["a"]}, 404, "not found: other"),
        ("axml:predict", {"instances": [1]}, 400, "Input 'text' does not fit"),
        (
            "axml/versions/9999999999999999999:predict",
            *({"instances": ["a"]}, 400),
            "Failed to convert version: 9999999999999999999 to numeric.",
        ),
    ],
)
def test_refusal_is_an_error_in_json(place, body, status, words):
    found, answer = ask_json("POST", f"/v1/models/{place}", body)
    assert found == status
    assert answer.keys() == {"error"}
    assert words in answer["error"]


def test_body_that_is_cut_short_is_refused(strict):
    with connected(strict.rest) as connection:
        connection.sendall(
            b"POST /v1/models/axml:predict HTTP/1.1\r\nHost: x\r\n"
            b"Content-Encoding: gzip\r\nContent-Length: 3\r\n"
            b"Connection: close\r\n\r\nabc"
        )
        answer = read_all(connection)
    assert status_of(answer) == 400
    assert b"not of its Content-Encoding" in answer


def test_rows_and_columns(served, expected):
    answer = expected("serving_default", text=[b"fish", b"quota"])
    rows = post(served, {"instances": ["fish", {"b64": "cXVvdGE="}]}).json()
    for i, row in enumerate(rows["predictions"]):
        assert row["label_ids"] == answer["label_ids"][i].tolist()
        np.testing.assert_allclose(
            row["probabilities"], answer["probabilities"][i], atol=1e-6
        )
        assert row["truncated"] is False
    named = post(served, {"instances": [{"text": "fish"}, {"text": "quota"}]})
    assert named.json() == rows
    columns = post(served, {"inputs": ["fish", "quota"]}).json()["outputs"]
    assert columns["label_ids"] == answer["label_ids"].tolist()


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("/v1/models/axml/versions/1", 200),
        ("/v1/models/other", 404),
        ("/v1/models/axml/versions/7", 404),
        ("/v1/models/axml/versions/99999999999999999999", 400),
        ("/v1/models/axml/labels/stable", 400),
    ],
)
def test_places(served, place, status):
    response = post(served, {"instances": ["fish"]}, place)
    assert response.status_code == status


@pytest.mark.parametrize(
    "place",
    [
        "/../../../../etc/passwd",
        "/v1/models/%2e%2e%2f%2e%2e%2fetc",
        "/v1/models/../axml",
        "/v1/models/axml/versions/..%2f..",
    ],
)
def test_places_lead_to_models_only(strict, place):
    with connected(strict.rest) as connection:
        connection.sendall(
            f"GET {place} HTTP/1.1\r\nHost: x\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        answer = read_all(connection)
    assert status_of(answer) == 404
    assert b"root:" not in answer


def test_version_of_a_thousand_digits_is_refused(strict):
    place = f"/v1/models/axml/versions/{'9' * 5000}"
    assert post(strict, {"instances": ["a"]}, place).status_code == 400
