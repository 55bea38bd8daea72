"""Keeps callers of the REST API within the server's limits."""

import asyncio
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from axml_tf.export.server.limits import Limits

_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
    b"Connection: close\r\n\r\n"
)


def bounded(limits: Limits) -> Middleware:
    """A middleware that waits for bodies, and for readers, for so long only."""

    @web.middleware
    async def middleware(
        request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        if (request.content_length or 0) > limits.max_request_bytes:
            return _refusal(413, _too_large(limits))
        try:
            # Kept by the request: its handler reads it without waiting.
            await asyncio.wait_for(request.read(), limits.read_timeout_seconds)
        except asyncio.TimeoutError:
            return _refusal(
                408,
                f"The body did not come within {limits.read_timeout_seconds:g} "
                "s.",
            )
        except web.HTTPRequestEntityTooLarge:
            return _refusal(413, _too_large(limits))
        response = await handler(request)
        try:
            await asyncio.wait_for(
                _write(request, response), limits.request_timeout_seconds
            )
        except asyncio.TimeoutError:
            # Whoever does not read must not keep the answer in memory.
            if request.transport is not None:
                request.transport.abort()
        return response

    return middleware


async def _write(request: web.Request, response: web.StreamResponse) -> None:
    await response.prepare(request)
    await response.write_eof()


def _too_large(limits: Limits) -> str:
    return f"A body has at most {limits.max_request_bytes:,} bytes."


def _refusal(status: int, message: str) -> web.Response:
    response = web.json_response({"error": message}, status=status)
    # The rest of its body is not wanted.
    response.force_close()
    return response


class Door:
    """Makes the protocol of each new connection; turns away those too many.

    Args:
        server: what answers the others.
        most: connections that are open at once.
    """

    def __init__(self, server: web.Server, most: int) -> None:
        self._server = server
        self._most = most

    def __call__(self) -> asyncio.Protocol:
        """The protocol of a connection."""
        if len(self._server.connections) >= self._most:
            return _Full()
        return self._server()


class _Full(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Says so, and hangs up."""
        # That of a socket can be written to.
        connection = cast(asyncio.Transport, transport)
        connection.write(_FULL)
        connection.close()
