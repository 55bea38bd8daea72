"""What the embedded server lets nobody take of it, over the wire."""

import contextlib
import gzip
import json
import socket
import threading
import time

import grpc
import numpy as np
import pytest
import requests
import tensorflow as tf
from asking import TEXTS, post, predict_request
from tensorflow_serving.apis import prediction_service_pb2_grpc

from benchmarks.server import Server

MEBIBYTE = 2**20
CONNECTIONS = 6
READ_SECONDS, IDLE_SECONDS = 0.5, 1.0
# A machine may be busy.
SLACK_SECONDS = 5.0
PREDICT = "/tensorflow.serving.PredictionService/Predict"
POST = b"POST /v1/models/axml:predict HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(scope="module")
def strict(exported):
    with Server(
        f"--model_base_path={exported.parent}",
        f"--max_connections={CONNECTIONS}",
        f"--read_timeout_seconds={READ_SECONDS}",
        f"--idle_timeout_seconds={IDLE_SECONDS}",
    ) as server:
        yield server


@pytest.fixture(scope="module", params=["batching", "nobatching"])
def busy(request, exported):
    """One request at a time, of two seconds at most."""
    with Server(
        f"--model_base_path={exported.parent}",
        "--max_requests=1",
        "--max_request_rows=100000",
        "--request_timeout_seconds=2",
        f"--{request.param}",
    ) as server:
        yield server


@contextlib.contextmanager
def connected(address, *options):
    """A socket; it is closed at the end."""
    host, port = address.removeprefix("http://").split(":")
    with socket.socket() as made:
        for option in options:
            made.setsockopt(*option)
        made.settimeout(30)
        made.connect((host, int(port)))
        yield made


@contextlib.contextmanager
def stub_of(server):
    with grpc.insecure_channel(
        server.grpc, [("grpc.max_receive_message_length", -1)]
    ) as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


def read_all(connection):
    """What comes until the other side hangs up."""
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def status_of(answer):
    return int(answer.split(b" ", 2)[1])


def drip(connection, content, seconds):
    """Sends a byte after another, until the other side hangs up."""
    with contextlib.suppress(OSError):
        for byte in content:
            connection.sendall(bytes([byte]))
            time.sleep(seconds)


def assert_still_serves(server):
    assert post(server, {"instances": ["fish"]}).status_code == 200


@pytest.mark.parametrize("sent", [b"", b"PO", POST])
def test_connection_that_sends_no_request_is_ended(strict, sent):
    with connected(strict.rest) as connection:
        start = time.monotonic()
        connection.sendall(sent)
        assert read_all(connection) == b""
        seconds = time.monotonic() - start
    assert IDLE_SECONDS - 0.1 < seconds < IDLE_SECONDS + SLACK_SECONDS


def test_headers_that_drip_are_ended(strict):
    with connected(strict.rest) as connection:
        start = time.monotonic()
        dripping = threading.Thread(
            target=drip, args=(connection, POST * 1000, 0.1)
        )
        dripping.start()
        assert read_all(connection) == b""
        seconds = time.monotonic() - start
        connection.shutdown(socket.SHUT_RDWR) if dripping.is_alive() else None
        dripping.join()
    assert seconds < IDLE_SECONDS + SLACK_SECONDS


@pytest.mark.parametrize(
    "framing",
    [b"Content-Length: 1000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"],
)
def test_body_that_drips_is_refused(strict, framing):
    with connected(strict.rest) as connection:
        start = time.monotonic()
        connection.sendall(POST + framing)
        dripping = threading.Thread(
            target=drip, args=(connection, b"1\r\nx\r\n" * 1000, 0.1)
        )
        dripping.start()
        answer = connection.recv(65536)
        seconds = time.monotonic() - start
        assert status_of(answer) == 408
        assert b"did not come within 0.5 s" in answer
        assert seconds < READ_SECONDS + SLACK_SECONDS
        dripping.join()
    assert_still_serves(strict)


def test_a_gigabyte_that_is_announced_is_refused_before_it_comes(strict):
    with connected(strict.rest) as connection:
        connection.sendall(POST + b"Content-Length: 1073741824\r\n\r\n")
        answer = connection.recv(65536)
    assert status_of(answer) == 413
    assert b"at most 4,194,304 bytes" in answer


def test_chunks_without_end_are_refused(strict):
    before = strict.memory()
    sent = 0
    with connected(strict.rest) as connection:
        connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            while sent < 256 * MEBIBYTE:
                connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                sent += 65536
                connection.settimeout(0.0)
                with contextlib.suppress(BlockingIOError):
                    answer = connection.recv(65536)
                    break
                connection.settimeout(30)
    assert status_of(answer) == 413
    assert sent < 64 * MEBIBYTE
    assert strict.memory() - before < 64 * MEBIBYTE


def test_body_that_swells_is_refused(strict):
    before = strict.memory()
    body = gzip.compress(b" " * (256 * MEBIBYTE))
    assert len(body) < MEBIBYTE
    answer = requests.post(
        f"{strict.rest}/v1/models/axml:predict",
        body,
        headers={"Content-Encoding": "gzip"},
        timeout=30,
    )
    assert answer.status_code == 413
    assert strict.memory() - before < 64 * MEBIBYTE


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"x" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: x\r\n" * 10_000 + b"\r\n",
    ],
    ids=["long line", "long header", "many headers"],
)
def test_large_headers_are_refused(strict, head):
    with connected(strict.rest) as connection:
        connection.sendall(head)
        assert status_of(connection.recv(65536)) == 400


def test_connections_too_many_are_turned_away(strict):
    with contextlib.ExitStack() as stack:
        for _ in range(CONNECTIONS):
            stack.enter_context(connected(strict.rest))
        time.sleep(0.5)
        with connected(strict.rest) as one_more:
            assert status_of(read_all(one_more)) == 503
    deadline = time.monotonic() + SLACK_SECONDS
    while time.monotonic() < deadline:
        answer = post(strict, {"instances": ["fish"]})
        if answer.status_code == 200:
            return
    raise AssertionError("the server does not recover")


def test_a_million_rows_are_refused(strict):
    texts = [b""] * 10**6
    with (
        stub_of(strict) as stub,
        pytest.raises(grpc.RpcError, match="at most 1,024 rows") as error,
    ):
        stub.Predict(predict_request(text=texts), timeout=30)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    answer = post(strict, {"instances": [""] * 10**6})
    assert answer.status_code == 400
    assert "at most 1,024 rows; found 1,000,000" in answer.json()["error"]


def test_one_value_that_stands_for_a_billion_is_refused(strict):
    before = strict.memory()
    for dtype, field in (
        (tf.string, {"string_val": [b"fish"]}),
        (tf.int32, {"int_val": [1]}),
    ):
        request = predict_request("token_ids")
        tensor = request.inputs["token_ids" if dtype == tf.int32 else "text"]
        tensor.dtype = dtype.as_datatype_enum
        tensor.tensor_shape.dim.add(size=10**9)
        for name, values in field.items():
            getattr(tensor, name).extend(values)
        with (
            stub_of(strict) as stub,
            pytest.raises(grpc.RpcError, match="has at most") as error,
        ):
            stub.Predict(request, timeout=30)
        assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert strict.memory() - before < 64 * MEBIBYTE


def test_a_billion_labels_are_refused(strict):
    request = predict_request(
        "top_k", text=TEXTS[:1], k=np.array([10**9], np.int32), threshold=[0.5]
    )
    with (
        stub_of(strict) as stub,
        pytest.raises(grpc.RpcError, match="k must be from 1 to 7") as error,
    ):
        stub.Predict(request, timeout=30)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    row = {"text": "fish", "k": 10**9, "threshold": 0.5}
    body = {"signature_name": "top_k", "instances": [row]}
    assert post(strict, body).status_code == 400


def test_call_whose_message_never_comes_is_ended(strict):
    done = threading.Event()

    def messages():
        done.wait(30)
        yield from ()

    with grpc.insecure_channel(strict.grpc) as channel:
        start = time.monotonic()
        call = channel.stream_unary(PREDICT)
        with pytest.raises(grpc.RpcError, match="did not come") as error:
            call(messages(), timeout=30)
        done.set()
    assert error.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - start < READ_SECONDS + SLACK_SECONDS


def test_call_without_a_message_is_refused(strict):
    with (
        grpc.insecure_channel(strict.grpc) as channel,
        pytest.raises(grpc.RpcError, match="no message") as error,
    ):
        channel.stream_unary(PREDICT)(iter(()), timeout=30)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_large_metadata_are_refused(strict):
    with stub_of(strict) as stub, pytest.raises(grpc.RpcError) as error:
        stub.Predict(
            predict_request(text=TEXTS),
            timeout=30,
            metadata=[("a", "x" * 100_000)],
        )
    assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize(
    "sent",
    [b"", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, *[0] * 5])],
    ids=["nothing", "its settings"],
)
def test_grpc_connection_without_a_call_is_ended(strict, sent):
    with connected(strict.grpc) as connection:
        start = time.monotonic()
        connection.sendall(sent)
        read_all(connection)
    assert time.monotonic() - start < IDLE_SECONDS + SLACK_SECONDS


def test_grpc_connections_too_many_are_turned_away(strict):
    answers = []
    with contextlib.ExitStack() as stack:
        for _ in range(CONNECTIONS + 2):
            channel = stack.enter_context(
                grpc.insecure_channel(
                    # Else channels to one place share a connection.
                    strict.grpc,
                    [("grpc.use_local_subchannel_pool", 1)],
                )
            )
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            try:
                stub.Predict(predict_request(text=TEXTS), timeout=30)
                answers.append(grpc.StatusCode.OK)
            except grpc.RpcError as error:
                answers.append(error.code())
    assert grpc.StatusCode.UNAVAILABLE in answers
    assert answers.count(grpc.StatusCode.OK) <= CONNECTIONS


def test_requests_too_many_and_too_long_are_turned_away(busy):
    # Takes much longer than two seconds.
    texts = ["fish the quota " * 6] * 40_000
    with stub_of(busy) as stub:
        start = time.monotonic()
        slow = stub.Predict.future(predict_request(text=texts), timeout=60)
        time.sleep(1)
        with pytest.raises(grpc.RpcError, match="under way") as error:
            stub.Predict(predict_request(text=TEXTS), timeout=30)
        assert error.value.code() == grpc.StatusCode.UNAVAILABLE
        answer = post(busy, {"instances": ["fish"]})
        assert answer.status_code == 503
        assert "Too many requests" in answer.json()["error"]
        with pytest.raises(grpc.RpcError, match="no answer within 2 s"):
            slow.result()
        assert slow.code() == grpc.StatusCode.DEADLINE_EXCEEDED
        assert time.monotonic() - start < 2 + SLACK_SECONDS
    answer = post(busy, {"instances": texts})
    assert answer.status_code == 504
    deadline = time.monotonic() + 30
    while post(busy, {"instances": ["fish"]}).status_code != 200:
        assert time.monotonic() < deadline


def test_answer_that_nobody_reads_is_thrown_away(busy):
    body = json.dumps(
        {"signature_name": "explain", "instances": ["fish " * 20] * 1500}
    ).encode()
    head = POST + b"Content-Length: %d\r\n\r\n" % len(body)
    with connected(
        busy.rest, (socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    ) as connection:
        connection.sendall(head + body)
        time.sleep(5)
        with contextlib.suppress(ConnectionError):
            answer = read_all(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split()[0])
    assert length > 2 * MEBIBYTE
    assert len(body) < length


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


def test_names_that_are_made_up_are_not_counted_one_by_one(strict):
    for number in range(3):
        post(strict, {"instances": ["a"]}, f"/v1/models/madeup{number}")
    page = requests.get(
        f"{strict.rest}/monitoring/prometheus/metrics", timeout=30
    ).text
    assert 'status="NOT_FOUND"' in page
    assert "madeup" not in page
