"""The REST client, against a server that gives one answer."""

import contextlib
import http.server
import json
import threading

import numpy as np
import pytest

from axml_tf.prediction.rest import Rest, ServerError


class OneAnswer(http.server.BaseHTTPRequestHandler):
    """Keeps the last request of its server, and gives its answer."""

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.request = self.path, json.loads(self.rfile.read(length))
        status, content = self.server.answer
        self.server.wait.wait(10)
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def answering(content, status=200):
    """A server; `url` is where it is, `request` the last that came."""
    with http.server.HTTPServer(("127.0.0.1", 0), OneAnswer) as server:
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        server.answer = status, content
        server.wait = threading.Event()
        server.wait.set()
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.wait.set()
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def connected(url, model="axml", label="", timeout=10.0):
    rest = Rest(url, model, label, timeout)
    yield rest
    rest.close()


def test_request_has_bytes_in_base64_and_lists_of_arrays():
    with answering({"outputs": {"y": [1]}}) as server:
        with connected(server.url) as rest:
            rest.call(
                "top_k",
                {
                    "text": [b"\xff\x00", "pêche"],
                    "k": np.array([1, 2], np.int32),
                    "label": np.array([[b"a"]], object),
                },
            )
        assert server.request == (
            "/v1/models/axml:predict",
            {
                "signature_name": "top_k",
                "inputs": {
                    "text": [{"b64": "/wA="}, "pêche"],
                    "k": [1, 2],
                    "label": [[{"b64": "YQ=="}]],
                },
            },
        )


@pytest.mark.parametrize(
    ("model", "label", "place"),
    [
        ("axml", "stable", "axml/labels/stable"),
        ("a/b", "c:d", "a%2Fb/labels/c%3Ad"),
        ("..", "", ".."),
    ],
)
def test_model_and_label_become_part_of_the_place(model, label, place):
    with answering({"outputs": {"y": [1]}}) as server:
        with connected(f"{server.url}/", model, label) as rest:
            rest.call("serving_default", {})
        assert server.request[0] == f"/v1/models/{place}:predict"


def test_answer_is_arrays_and_texts_are_utf_8():
    outputs = {
        "labels": [["pêche", "x"], ["", "\ufffd"]],
        "probabilities": [[0.5, 0.25], [1.0, 0.0]],
        "label_ids": [[3, 1], [0, 2]],
        "truncated": [True, False],
    }
    with (
        answering({"outputs": outputs}) as server,
        connected(server.url) as rest,
    ):
        found = rest.call("serving_default", {"text": ["a", "b"]})
    assert found["labels"].tolist() == [
        ["pêche".encode(), b"x"],
        [b"", "\ufffd".encode()],
    ]
    for name, kind in [
        ("probabilities", "f"),
        ("label_ids", "i"),
        ("truncated", "b"),
    ]:
        assert found[name].dtype.kind == kind
        assert found[name].tolist() == outputs[name]


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        ({"error": "no such label"}, 400, "no such label (HTTP status 400)."),
        (
            {"error": "trace\nassertion failed: k is 9\n\t [[{{node x}}]]"},
            *(400, "k is 9 (HTTP status 400)."),
        ),
        ({"error": 3}, 500, "{'error': 3} (HTTP status 500)."),
        ([1], 404, "[1] (HTTP status 404)."),
        ({"predictions": []}, 200, "{'predictions': []} (HTTP status 200)."),
        ({"outputs": [1]}, 200, "{'outputs': [1]} (HTTP status 200)."),
        (5, 200, "5 (HTTP status 200)."),
    ],
)
def test_refusal_is_one_line_with_its_status(content, status, words):
    with answering(content, status) as server, connected(server.url) as rest:
        with pytest.raises(ServerError) as error:
            rest.call("serving_default", {"text": ["a"]})
        start = f"{server.url}/v1/models/axml:predict: "
    assert str(error.value).startswith(start)
    assert str(error.value).endswith(words)
    assert error.value.status == str(status)


def test_answer_that_is_no_json_is_told():
    with (
        answering(b"<html>") as server,
        connected(server.url) as rest,
        pytest.raises(
            ServerError, match=r"no JSON\. Is it the REST port of a server\?$"
        ) as error,
    ):
        rest.call("serving_default", {})
    assert error.value.status == ""


def test_server_that_takes_too_long_is_told():
    with answering({"outputs": {}}) as server:
        server.wait.clear()
        with (
            connected(server.url, timeout=0.1) as rest,
            pytest.raises(ServerError, match="no answer in time"),
        ):
            rest.call("serving_default", {})


def test_server_that_is_not_there_is_told():
    with answering({}) as server:
        url = server.url
    with (
        connected(url) as rest,
        pytest.raises(
            ServerError, match=r"no connection\. Is a server running there\?$"
        ),
    ):
        rest.call("serving_default", {})


def test_address_that_is_none_is_told():
    with (
        connected("localhost:8501") as rest,
        pytest.raises(ServerError, match=r"^localhost:8501/v1/models/axml"),
    ):
        rest.call("serving_default", {})
