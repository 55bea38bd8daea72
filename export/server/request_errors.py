"""Refused requests, with the codes that TensorFlow Serving has for them."""

import grpc

# What TensorFlow Serving's REST API answers for each.
HTTP_STATUS = {
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
}


class RequestError(Exception):
    """A request that cannot be answered.

    Args:
        code: status of the answer.
        message: one line that says why.
    """

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def http_status(self) -> int:
        """Status of the answer over REST."""
        return HTTP_STATUS.get(self.code, 500)


def invalid(message: str) -> RequestError:
    """The caller's mistake, whatever state the server is in."""
    return RequestError(grpc.StatusCode.INVALID_ARGUMENT, message)


def not_found(message: str) -> RequestError:
    """No such model, version or label."""
    return RequestError(grpc.StatusCode.NOT_FOUND, message)
