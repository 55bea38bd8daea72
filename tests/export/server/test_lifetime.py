"""How the embedded server starts, takes up versions and ends."""

import asyncio
import os
import shutil
import signal
import socket
import threading
import time

import grpc
import pytest
import requests
from asking import TEXTS, post, predict_request
from tensorflow_serving.apis import prediction_service_pb2_grpc

from axml_tf.console.errors import UserError
from axml_tf.export.server import lifetime
from axml_tf.export.server.limits import Limits
from axml_tf.export.server.served_config import ServedConfig
from benchmarks.server import Server

_POLL_OFTEN = "--file_system_poll_wait_seconds=0.1"


def test_new_version_is_taken_up_under_load_without_a_failure(
    exported, tmp_path
):
    base = tmp_path / "axml"
    shutil.copytree(exported, base / "1")
    with Server(
        f"--model_base_path={base}", "--batching", _POLL_OFTEN
    ) as server:
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
    with Server(f"--model_base_path={base}", _POLL_OFTEN) as server:
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
        Server(
            f"--model_base_path={exported.parent}", "--max_request_rows=20000"
        ) as server,
        grpc.insecure_channel(
            server.grpc, [("grpc.max_receive_message_length", -1)]
        ) as channel,
    ):
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        stub.Predict(predict_request(text=TEXTS), timeout=30)
        # Takes a second or more.
        slow = stub.Predict.future(
            predict_request(text=[b"fish the quota"] * 20_000), timeout=60
        )
        time.sleep(0.3)
        assert not slow.done()
        server.process.send_signal(signal.SIGTERM)
        assert len(slow.result().outputs["labels"].string_val) == 60_000
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
    with Server(f"--model_config_file={config}") as server:
        body = {"instances": ["fish"]}
        place = "/v1/models/laws/labels"
        assert post(server, body, f"{place}/stable").status_code == 200
        assert post(server, body, f"{place}/canary").status_code == 400


def serve(model_dir, *, grpc_port=-1, rest_port=-1):
    """Serves until it has started; gives the address that it told."""
    told = []

    def started(address):
        told.append(address)
        os.kill(os.getpid(), signal.SIGTERM)

    asyncio.run(
        lifetime.serve(
            lambda: [ServedConfig("axml", model_dir)],
            lifetime.Address("127.0.0.1", grpc_port, rest_port),
            parameters=None,
            num_threads=1,
            limits=Limits(),
            poll_seconds=60,
            started=started,
        )
    )
    (address,) = told
    return address


def test_port_of_an_api_that_is_not_wanted_is_not_opened(exported):
    address = serve(exported.parent, rest_port=0)
    assert address.grpc_port == -1
    assert address.rest_port > 0


def test_no_model_to_serve_is_told(tmp_path):
    with pytest.raises(UserError, match=f"^{tmp_path} holds no exported mode"):
        serve(tmp_path)


@pytest.mark.parametrize(
    ("api", "error"),
    [("grpc", UserError), ("rest", OSError)],
)
def test_port_that_is_taken_is_told(exported, api, error):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(error, match=str(port)):
            serve(exported.parent, **{f"{api}_port": port})
