"""Bounds how many requests are under way."""

import contextlib
from collections.abc import Iterator

import grpc

from axml_tf.export.server.request_errors import RequestError


class Gate:
    """Lets so many requests in at once, and turns others away.

    Belongs to one event loop.

    Args:
        most: requests that are in at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside = 0

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Holds a place while a request is worked on.

        Raises:
            RequestError: all places are taken.
        """
        if self._inside >= self._most:
            raise RequestError(
                grpc.StatusCode.UNAVAILABLE,
                "Too many requests are under way. Try again later.",
            )
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
