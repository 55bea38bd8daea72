"""What callers of the gRPC API cannot take of the server."""

import contextlib
import threading
import time

import grpc
import pytest
from asking import TEXTS, predict_request
from tensorflow_serving.apis import prediction_service_pb2_grpc
from wire import (
    CONNECTIONS,
    IDLE_SECONDS,
    READ_SECONDS,
    SLACK_SECONDS,
    connected,
    read_all,
    stub_of,
)

from axml_tf.export.server.grpc_limits import channel_options
from axml_tf.export.server.limits import Limits

PREDICT = "/tensorflow.serving.PredictionService/Predict"


def test_options_have_whole_milliseconds_that_grpc_can_hold():
    options = dict(
        channel_options(
            Limits(
                read_timeout_seconds=0.001,
                idle_timeout_seconds=1.5,
                request_timeout_seconds=1e300,
            )
        )
    )
    assert options["grpc.server_handshake_timeout_ms"] == 1
    assert options["grpc.max_connection_idle_ms"] == 1500
    assert options["grpc.max_connection_age_grace_ms"] == 2**31 - 1


def test_method_that_no_service_has_is_refused(strict):
    with (
        grpc.insecure_channel(strict.grpc) as channel,
        pytest.raises(grpc.RpcError) as error,
    ):
        channel.unary_unary("/tensorflow.serving.No/Such")(b"", timeout=30)
    assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED


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
