"""What the server lets in, and how long it waits."""

import dataclasses

from axml_tf.console.settings import check, setting

_LEAST_SECONDS = 0.001


@dataclasses.dataclass(frozen=True)
class Limits:
    """Bounds of what one caller, or all of them, may take of the server.

    Raises:
        UserError: a value is out of range.
    """

    # A text of some megabytes is a mistake, or an attack.
    max_request_bytes: int = setting(
        default=4 * 2**20,
        at_least=1,
        help="Bytes of a request's body, or of a gRPC message, at most.",
    )
    max_request_rows: int = setting(
        default=1024,
        at_least=1,
        help="Texts, or other rows, of a request, at most.",
    )
    max_requests: int = setting(
        default=64,
        at_least=1,
        help="Requests under way or waiting, of both ports together, at most; "
        "others are turned away.",
    )
    max_connections: int = setting(
        default=128,
        at_least=1,
        help="Connections of each port, and calls of gRPC's, at most; others "
        "are turned away.",
    )
    read_timeout_seconds: float = setting(
        default=10.0,
        at_least=_LEAST_SECONDS,
        help="Seconds that the body of a request, or a message, may take to "
        "come.",
    )
    idle_timeout_seconds: float = setting(
        default=60.0,
        at_least=_LEAST_SECONDS,
        help="Seconds that a connection may be open without a request that "
        "has come as far as its headers.",
    )
    request_timeout_seconds: float = setting(
        default=60.0,
        at_least=_LEAST_SECONDS,
        help="Seconds until a request is answered, waiting for others "
        "included, or given up; and that a REST caller may take to read its "
        "answer.",
    )

    def __post_init__(self) -> None:
        check(self)
