"""What the server lets in, and how long it waits."""

from typing import NamedTuple


class Limits(NamedTuple):
    """Bounds of what one caller, or all of them, may take of the server.

    Attributes:
        max_request_bytes: bytes of a request's body, or of a gRPC message.
        max_request_rows: rows of a request.
        max_requests: requests under way or waiting, of both APIs together.
        max_connections: connections of each API, and calls of gRPC's.
        read_timeout_seconds: time that a body, or a message, may take to come.
        idle_timeout_seconds: time that a connection may stay open without a
            request that has come as far as its headers.
        request_timeout_seconds: time to work on a request, waiting for others
            included; time for a REST caller to take its answer.
    """

    # A text of some megabytes is a mistake, or an attack.
    max_request_bytes: int = 4 * 2**20
    max_request_rows: int = 1024
    max_requests: int = 64
    max_connections: int = 128
    read_timeout_seconds: float = 10.0
    idle_timeout_seconds: float = 60.0
    request_timeout_seconds: float = 60.0
