"""Connections to a server, and the limits of the `strict` one."""

import contextlib
import socket

import grpc
from tensorflow_serving.apis import prediction_service_pb2_grpc

MEBIBYTE = 2**20
CONNECTIONS = 6
READ_SECONDS, IDLE_SECONDS = 0.5, 1.0
# A machine may be busy.
SLACK_SECONDS = 5.0
# The head of a request, but for the length of its body.
POST = b"POST /v1/models/axml:predict HTTP/1.1\r\nHost: x\r\n"


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
    """PredictionService of a server; answers may have any length."""
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
    """The status of an HTTP answer."""
    return int(answer.split(b" ", 2)[1])
