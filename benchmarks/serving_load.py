"""Bounded load on the embedded server: right answers, right refusals.

    python -m benchmarks.serving_load --model_base_path=OUTPUT/axml \\
        --output=FILE.json

Starts a server on a copy of the newest version there, and lets clients ask it
on loopback, half over gRPC and half over REST. One request in twenty is
malformed. Halfway the same model appears as a further version; at the end
SIGTERM comes while clients still ask. Figures:

    wrong_answers    good requests that were refused or answered otherwise
                     than by the SavedModel itself
    wrong_refusals   malformed ones that were not refused as TensorFlow
                     Serving refuses them
    cut_off          requests broken off by SIGTERM
    memory_growth    resident set of the server after the last request / after
                     a tenth of them
    requests_per_second
"""

import json
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from axml_tf.console import quiet_start  # noqa: F401  # isort: skip

import grpc
import numpy as np
import requests
import tensorflow as tf
from absl import flags
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from axml_tf.console import errors
from axml_tf.console.errors import UserError
from axml_tf.export.client import Client
from axml_tf.prediction.rest import ServerError
from axml_tf.prediction.saved_model import newest_version
from benchmarks.report import Report
from benchmarks.server import Server

_WORDS = ["quota", "fish", "law", "package", "tool", "audio", "market"]
_LARGE = 5_000_000


def main(argv: list[str]) -> None:
    """Runs the whole course once."""
    report = Report()
    version = newest_version(flags.FLAGS.model_base_path)
    texts = _texts()
    loaded = tf.saved_model.load(str(version))
    expected = [
        loaded.signatures["serving_default"](text=tf.constant([text]))[
            "probabilities"
        ].numpy()[0]
        for text in texts
    ]
    with tempfile.TemporaryDirectory() as name:
        base_path = Path(name) / "axml"
        shutil.copytree(version, base_path / "1")
        with Server(f"--model_base_path={base_path}", "--batching") as server:
            course = Course(server, texts, expected)
            start = time.perf_counter()
            course.run(
                flags.FLAGS.requests,
                flags.FLAGS.clients,
                halfway=lambda: _add_version(version, base_path),
            )
            seconds = time.perf_counter() - start
            cut_off = _stop_under_load(server, texts[0])
    report.add("wrong_answers", [len(course.wrong_answers)])
    report.add("wrong_refusals", [len(course.wrong_refusals)])
    report.add("versions_seen", [len(course.versions)])
    report.add("cut_off", [cut_off])
    report.add("memory_growth", [course.memory[1] / course.memory[0]])
    report.add("requests_per_second", [flags.FLAGS.requests / seconds])
    report.finish(
        requests=flags.FLAGS.requests,
        clients=flags.FLAGS.clients,
        wrong=[*course.wrong_answers, *course.wrong_refusals][:20],
    )


class Course:
    """Clients that ask a number of questions, and keep what went wrong."""

    def __init__(self, server: Server, texts: list[bytes], expected: list):
        self.server = server
        self.texts = texts
        self.expected = expected
        self.wrong_answers: list[str] = []
        self.wrong_refusals: list[str] = []
        self.versions: set[int] = set()
        self.memory: list[int] = []
        self._lock = threading.Lock()

    def run(
        self, num_requests: int, num_clients: int, halfway: Callable[[], None]
    ) -> None:
        """Asks; `halfway` is called when half of it is done."""
        numbers = iter(range(num_requests))

        def ask() -> None:
            with (
                Client(grpc=self.server.grpc, timeout=60) as by_grpc,
                Client(rest=self.server.rest, timeout=60) as by_rest,
            ):
                while True:
                    with self._lock:
                        number = next(numbers, None)
                    if number is None:
                        return
                    if number == num_requests // 10:
                        self.memory.append(self.server.memory())
                    if number == num_requests // 2:
                        halfway()
                    if number % 20 == 7:
                        self._ask_wrongly(number // 20)
                    else:
                        client = by_rest if number % 2 else by_grpc
                        self._ask(client, number % len(self.texts))

        threads = [threading.Thread(target=ask) for _ in range(num_clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.memory.append(self.server.memory())
        for version in (1, 2):
            place = f"{self.server.rest}/v1/models/axml/versions/{version}"
            if requests.get(place, timeout=60).status_code == 200:
                self.versions.add(version)

    def _ask(self, client: Client, index: int) -> None:
        try:
            answer = client.call("serving_default", text=[self.texts[index]])
        except ServerError as error:
            self.wrong_answers.append(str(error))
            return
        difference = np.abs(answer["probabilities"][0] - self.expected[index])
        if difference.max() > 1e-5:
            self.wrong_answers.append(f"text {index}: {difference.max()}")

    def _ask_wrongly(self, number: int) -> None:
        kinds = [*_MALFORMED_GRPC, *_MALFORMED_REST]
        kind = kinds[number % len(kinds)]
        if number % len(kinds) < len(_MALFORMED_GRPC):
            code, found = kind[0], _grpc_code(self.server, kind[1])
        else:
            place, body, code = kind
            found = requests.post(
                f"{self.server.rest}/v1/models/{place}:predict",
                body,
                timeout=60,
            ).status_code
        if found != code:
            self.wrong_refusals.append(f"{kind!r:.100}: {found}")


def _request(signature="", name="axml", version=None, **inputs):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    if version:
        request.model_spec.version.value = version
    for key, value in inputs.items():
        request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
    return request


_TOP_K = {"text": ["a"], "threshold": np.float32([0])}
_MALFORMED_GRPC = [
    ("INVALID_ARGUMENT", _request(text=[1, 2])),
    ("FAILED_PRECONDITION", _request("no_such_signature", text=["a"])),
    ("NOT_FOUND", _request(name="no_such_model", text=["a"])),
    ("NOT_FOUND", _request(version=77, text=["a"])),
    ("INVALID_ARGUMENT", _request("top_k", k=[0], **_TOP_K)),
    ("INVALID_ARGUMENT", _request("top_k", k=[1_000_000], **_TOP_K)),
    ("INVALID_ARGUMENT", _request("explain_label", text=["a"], label=["?"])),
    ("RESOURCE_EXHAUSTED", _request(text=["a" * _LARGE])),
]
_MALFORMED_REST = [
    ("axml", b'{"instances": ["cut of', 400),
    ("axml", b"\xff\xfe{", 400),
    ("axml", json.dumps({"instances": []}), 400),
    ("axml", json.dumps({"instances": [17]}), 400),
    ("axml", json.dumps({"instances": ["a"], "signature_name": "no"}), 400),
    ("no_such_model", json.dumps({"instances": ["a"]}), 404),
    ("axml/versions/77", json.dumps({"instances": ["a"]}), 404),
    ("axml", json.dumps({"instances": ["a" * _LARGE]}), 413),
]


def _grpc_code(server: Server, request) -> str:
    with grpc.insecure_channel(server.grpc) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        try:
            stub.Predict(request, timeout=60)
        except grpc.RpcError as error:
            return error.code().name
    return "OK"


def _add_version(version: Path, base_path: Path) -> None:
    shutil.copytree(version, base_path.with_name("new"))
    base_path.with_name("new").rename(base_path / "2")


def _stop_under_load(server: Server, text: bytes) -> int:
    """Requests that neither were answered nor came too late to be."""
    cut_off = []

    def ask() -> None:
        with Client(grpc=server.grpc, timeout=60) as client:
            while True:
                try:
                    client.call("serving_default", text=[text])
                except ServerError as error:
                    # Either: the server had stopped to listen. gRPC says
                    # the second to a call that it had not yet begun.
                    if error.status not in ("UNAVAILABLE", "CANCELLED"):
                        cut_off.append(error)
                    return

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    server.process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join()
    if server.process.wait(60) != 0:
        raise UserError("The server ended with an error.")
    return len(cut_off)


def _texts() -> list[bytes]:
    rng = np.random.default_rng(0)
    texts = [
        " ".join(rng.choice(_WORDS, length)).encode()
        for length in rng.integers(1, 60, 30)
    ]
    # Good requests all the same.
    return [*texts, b"", b"\xff\xfe \x00", "שלום 😀".encode()]


def run() -> None:
    """Runs this module as a command."""
    flags.DEFINE_string("output", None, "JSON file to write.")
    flags.DEFINE_string("model_base_path", None, "An exported model.")
    flags.DEFINE_integer("requests", 10_000, "Requests in all.", lower_bound=20)
    flags.DEFINE_integer("clients", 16, "Clients at a time.", lower_bound=1)
    flags.mark_flag_as_required("model_base_path")
    errors.run(main)


if __name__ == "__main__":
    run()
