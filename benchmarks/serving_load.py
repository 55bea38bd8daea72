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
from typing import NamedTuple

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
from axml_tf.formats import signatures
from axml_tf.prediction.rest import ServerError
from axml_tf.prediction.saved_model import SavedModel, newest_version
from benchmarks.report import Report
from benchmarks.server import Server

_WORDS = ["quota", "fish", "law", "package", "tool", "audio", "market"]
_LARGE = 5_000_000


def main(argv: list[str]) -> None:
    """Runs the whole course once."""
    report = Report()
    version = newest_version(flags.FLAGS.model_base_path)
    texts = _texts()
    model = SavedModel(version)
    expected = [
        model.call(signatures.SERVE, text=[text])["probabilities"][0]
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
    """Clients that ask a number of questions, and keep what went wrong.

    Args:
        server: is asked.
        texts: of good requests.
        expected: probabilities of the best labels of each text.

    Attributes:
        wrong_answers: what was wrong with answers to good requests.
        wrong_refusals: the same of malformed requests.
        versions: numbers of the model's versions that answer at the end.
        memory: the server's bytes after a tenth of the requests, and at the
            end.
    """

    def __init__(
        self, server: Server, texts: list[bytes], expected: list[np.ndarray]
    ) -> None:
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
            answer = client.call(signatures.SERVE, text=[self.texts[index]])
        except ServerError as error:
            self.wrong_answers.append(str(error))
            return
        difference = np.abs(answer["probabilities"][0] - self.expected[index])
        if difference.max() > 1e-5:
            self.wrong_answers.append(f"text {index}: {difference.max()}")

    def _ask_wrongly(self, number: int) -> None:
        malformed = _MALFORMED[number % len(_MALFORMED)]
        found = malformed.send(self.server)
        if found != malformed.status:
            self.wrong_refusals.append(f"{malformed!r:.100}: {found}")


class _MalformedGrpc(NamedTuple):
    """A malformed request to gRPC, and the status that refuses it."""

    status: str
    request: predict_pb2.PredictRequest

    def send(self, server: Server) -> str:
        """Name of the status that the server answers with."""
        with grpc.insecure_channel(server.grpc) as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            try:
                stub.Predict(self.request, timeout=60)
            except grpc.RpcError as error:
                return error.code().name
        return "OK"


class _MalformedRest(NamedTuple):
    """A malformed request to REST, and the HTTP status that refuses it."""

    status: int
    model: str
    body: str | bytes

    def send(self, server: Server) -> int:
        """HTTP status that the server answers with."""
        return requests.post(
            f"{server.rest}/v1/models/{self.model}:predict",
            self.body,
            timeout=60,
        ).status_code


def _request(
    signature: str = "",
    *,
    name: str = "axml",
    version: int = 0,
    **inputs: list | np.ndarray,
) -> predict_pb2.PredictRequest:
    """A request to gRPC; version 0 asks for the newest."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    if version:
        request.model_spec.version.value = version
    for key, value in inputs.items():
        request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
    return request


def _top_k(k: int) -> predict_pb2.PredictRequest:
    return _request(
        signatures.TOP_K, text=["a"], k=[k], threshold=np.zeros(1, np.float32)
    )


_MALFORMED: list[_MalformedGrpc | _MalformedRest] = [
    _MalformedGrpc("INVALID_ARGUMENT", _request(text=[1, 2])),
    _MalformedGrpc(
        "FAILED_PRECONDITION", _request("no_such_signature", text=["a"])
    ),
    _MalformedGrpc("NOT_FOUND", _request(name="no_such_model", text=["a"])),
    _MalformedGrpc("NOT_FOUND", _request(version=77, text=["a"])),
    _MalformedGrpc("INVALID_ARGUMENT", _top_k(0)),
    _MalformedGrpc("INVALID_ARGUMENT", _top_k(1_000_000)),
    _MalformedGrpc(
        "INVALID_ARGUMENT",
        _request(signatures.EXPLAIN_LABEL, text=["a"], label=["?"]),
    ),
    _MalformedGrpc("RESOURCE_EXHAUSTED", _request(text=["a" * _LARGE])),
    _MalformedRest(400, "axml", b'{"instances": ["cut of'),
    _MalformedRest(400, "axml", b"\xff\xfe{"),
    _MalformedRest(400, "axml", json.dumps({"instances": []})),
    _MalformedRest(400, "axml", json.dumps({"instances": [17]})),
    _MalformedRest(
        400, "axml", json.dumps({"instances": ["a"], "signature_name": "no"})
    ),
    _MalformedRest(404, "no_such_model", json.dumps({"instances": ["a"]})),
    _MalformedRest(404, "axml/versions/77", json.dumps({"instances": ["a"]})),
    _MalformedRest(413, "axml", json.dumps({"instances": ["a" * _LARGE]})),
]


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
                    client.call(signatures.SERVE, text=[text])
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
