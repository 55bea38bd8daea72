"""The embedded server, asked over the wire."""

import json
import shutil
import signal
import subprocess
import sys
import threading
import time

import grpc
import numpy as np
import pytest
import requests
import tensorflow as tf
from served import ROOT, Served
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from export.client import Client
from export.server_error import ServerError

TEXTS = [
    b"The FISH quota, of 1998",
    b"fish the quota " * 30,
    b"",
    b"\xff\x00 quota",
]


@pytest.fixture(scope="module", params=["batching", "nobatching"])
def served(request, exported):
    flags = (f"--model_base_path={exported.parent}", f"--{request.param}")
    with Served(*flags) as server:
        yield server


@pytest.fixture(scope="module")
def expected(exported):
    """What the SavedModel itself answers."""
    loaded = tf.saved_model.load(str(exported))

    def call(signature, **inputs):
        answer = loaded.signatures[signature](
            **{name: tf.constant(x) for name, x in inputs.items()}
        )
        return {name: x.numpy() for name, x in answer.items()}

    return call


@pytest.fixture(params=["grpc", "rest"])
def client(request, served):
    where = {request.param: getattr(served, request.param)}
    with Client(**where, timeout=30) as client:
        yield client


@pytest.fixture
def stub(served):
    with grpc.insecure_channel(served.grpc) as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


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


def test_client_gives_names_and_probabilities(client, expected):
    answer = expected("serving_default", text=TEXTS)
    for row, labels in enumerate(client.labels(TEXTS)):
        assert [label.name for label in labels] == [
            name.decode() for name in answer["labels"][row]
        ]
        np.testing.assert_allclose(
            [label.probability for label in labels],
            answer["probabilities"][row],
            atol=1e-6,
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


def test_one_bad_request_does_not_spoil_the_others(served, expected):
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


def test_classify_gives_labels_and_scores(stub, expected):
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name = "axml"
    for text in TEXTS[:2]:
        example = request.input.example_list.examples.add()
        example.features.feature["text"].bytes_list.value.append(text)
    response = stub.Classify(request, timeout=30)
    answer = expected("serving_default", text=TEXTS[:2])
    for row, result in enumerate(response.result.classifications):
        assert [x.label for x in result.classes] == [
            name.decode() for name in answer["labels"][row]
        ]
        np.testing.assert_allclose(
            [x.score for x in result.classes],
            answer["probabilities"][row],
            atol=1e-6,
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


def test_command_line_client_shows_labels_and_words(served):
    for where in (f"--grpc={served.grpc}", f"--rest={served.rest}"):
        done = subprocess.run(
            [sys.executable, "-m", "export.client", where, "the fish quota"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        first, *labels = done.stdout.splitlines()
        assert first.replace("[", "").replace("]", "") == "the fish quota"
        assert len(labels) == 3


def test_server_that_is_not_there_is_one_line():
    done = subprocess.run(
        [sys.executable, "-m", "export.client", "--grpc=localhost:1", "text"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("error: localhost:1")


def test_new_version_is_taken_up_under_load_without_a_failure(
    exported, tmp_path
):
    base = tmp_path / "axml"
    shutil.copytree(exported, base / "1")
    with Served(f"--model_base_path={base}", "--batching") as server:
        versions, stop = set(), threading.Event()
        failures = []

        def ask():
            with grpc.insecure_channel(server.grpc) as channel:
                stub = prediction_service_pb2_grpc.PredictionServiceStub(
                    channel
                )
                while not stop.is_set():
                    try:
                        answer = stub.Predict(
                            predict_request(text=TEXTS), timeout=30
                        )
                        versions.add(answer.model_spec.version.value)
                    except grpc.RpcError as error:
                        failures.append(error)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        shutil.copytree(exported, tmp_path / "new")
        (tmp_path / "new").rename(base / "2")
        deadline = time.monotonic() + 60
        while versions != {1, 2} and time.monotonic() < deadline:
            time.sleep(0.05)
        # A damaged version changes nothing.
        shutil.copytree(exported, tmp_path / "damaged")
        (tmp_path / "damaged/saved_model.pb").write_bytes(b"damaged")
        (tmp_path / "damaged").rename(base / "3")
        time.sleep(1)
        stop.set()
        for thread in threads:
            thread.join()
        assert versions == {1, 2}
        assert not failures
        place = f"{server.rest}/v1/models/axml"
        statuses = requests.get(place, timeout=30).json()
        states = {
            x["version"]: x["state"] for x in statuses["model_version_status"]
        }
        assert states == {"1": "END", "2": "AVAILABLE", "3": "END"}


def test_version_that_arrives_bit_by_bit_is_served_in_the_end(
    exported, tmp_path
):
    base = tmp_path / "axml"
    shutil.copytree(exported, base / "1")
    with Served(f"--model_base_path={base}") as server:
        place = f"{server.rest}/v1/models/axml/versions/2"

        def wait_for(state):
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                answer = requests.get(place, timeout=30).json()
                statuses = answer.get("model_version_status", [])
                if [status["state"] for status in statuses] == [state]:
                    return statuses[0]
                time.sleep(0.05)
            raise AssertionError(f"version 2 is never {state}")

        (base / "2").mkdir()
        shutil.copy(exported / "saved_model.pb", base / "2")
        message = wait_for("END")["status"]["error_message"]
        assert "cannot be loaded" in message
        shutil.copytree(exported, base / "2", dirs_exist_ok=True)
        wait_for("AVAILABLE")


def test_sigterm_answers_what_is_under_way(exported):
    with (
        Served(f"--model_base_path={exported.parent}") as server,
        grpc.insecure_channel(
            server.grpc, [("grpc.max_receive_message_length", -1)]
        ) as channel,
    ):
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        stub.Predict(predict_request(text=TEXTS), timeout=30)
        # Takes a second or more.
        slow = stub.Predict.future(
            predict_request(text=[b"fish the quota"] * 100_000), timeout=60
        )
        time.sleep(0.3)
        assert not slow.done()
        server.process.send_signal(signal.SIGTERM)
        assert len(slow.result().outputs["labels"].string_val) == 300_000
        assert server.process.wait(60) == 0
        with pytest.raises(grpc.RpcError) as error:
            stub.Predict(predict_request(text=TEXTS), timeout=30)
        assert error.value.code() == grpc.StatusCode.UNAVAILABLE


def test_labels_of_versions_come_from_the_config_file(exported, tmp_path):
    config = tmp_path / "models.config"
    config.write_text(
        'model_config_list { config { name: "laws" base_path: '
        f'"{exported.parent}" version_labels {{ key: "stable" value: 1 }} }} }}'
    )
    with Served(f"--model_config_file={config}") as server:
        body = {"instances": ["fish"]}
        place = "/v1/models/laws/labels"
        assert post(server, body, f"{place}/stable").status_code == 200
        assert post(server, body, f"{place}/canary").status_code == 400


def test_mistakes_at_the_start_are_one_line(tmp_path, exported):
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.config").write_text("what is this")
    for flags, words in [
        ([f"--model_base_path={tmp_path / 'empty'}"], "no exported model"),
        ([], "either --model_base_path or --model_config_file"),
        ([f"--model_config_file={tmp_path / 'bad.config'}"], "ModelServerConf"),
        (
            [
                f"--model_base_path={exported.parent}",
                "--batching",
                f"--batching_parameters_file={tmp_path / 'bad.config'}",
            ],
            "BatchingParameters",
        ),
    ]:
        done = subprocess.run(
            [sys.executable, "-m", "export.serve", *flags],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1
        last = done.stderr.strip().splitlines()[-1]
        assert last.startswith("error: ") and words in last
