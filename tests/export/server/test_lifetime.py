"""How the embedded server starts, takes up versions and ends."""

import shutil
import signal
import subprocess
import threading
import time

import grpc
import pytest
import requests
import tensorflow as tf
from asking import TEXTS, post, predict_request
from tensorflow_serving.apis import prediction_service_pb2_grpc

from axml_tf.console.errors import UserError
from axml_tf.export.server.servable import Servable
from axml_tf.export.warmup import WARMUP_FILE
from benchmarks.programs import program
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


@pytest.mark.parametrize(
    "content",
    [b"no records of any kind", b"\xff" * 100, "no request"],
)
def test_damaged_warmup_requests_are_one_line(exported, tmp_path, content):
    version = tmp_path / "axml" / "1"
    shutil.copytree(exported, version)
    if content == "no request":
        # A whole record, which holds no PredictionLog.
        with tf.io.TFRecordWriter(str(version / WARMUP_FILE)) as writer:
            writer.write(b"\xff\xff\xff")
    else:
        (version / WARMUP_FILE).write_bytes(content)
    with pytest.raises(UserError, match="warmup_requests is damaged"):
        Servable(version, "axml", 1)


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
            [program("serve"), *flags],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1
        last = done.stderr.strip().splitlines()[-1]
        assert last.startswith("error: ") and words in last
