"""Keeps callers of the gRPC API within the server's limits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc

from axml_tf.export.server.limits import Limits

_MAX_METADATA_BYTES = 16 * 2**10
# A connection is told to go after this time: else one that never ends a call
# would stay for ever. Clients open the next one by themselves.
_CONNECTION_AGE_SECONDS = 600


def channel_options(limits: Limits) -> list[tuple[str, int]]:
    """Settings of gRPC's own."""
    return [
        ("grpc.max_receive_message_length", limits.max_request_bytes),
        ("grpc.max_send_message_length", -1),
        ("grpc.max_metadata_size", _MAX_METADATA_BYTES),
        ("grpc.absolute_max_metadata_size", _MAX_METADATA_BYTES),
        ("grpc.max_concurrent_streams", limits.max_connections),
        ("grpc.max_allowed_incoming_connections", limits.max_connections),
        (
            "grpc.server_handshake_timeout_ms",
            _milliseconds(limits.read_timeout_seconds),
        ),
        (
            "grpc.max_connection_idle_ms",
            _milliseconds(limits.idle_timeout_seconds),
        ),
        ("grpc.max_connection_age_ms", _milliseconds(_CONNECTION_AGE_SECONDS)),
        (
            "grpc.max_connection_age_grace_ms",
            _milliseconds(limits.request_timeout_seconds),
        ),
    ]


class ReadInTime(grpc.aio.ServerInterceptor):
    """Waits for the message of a call for so long only.

    Args:
        seconds: from the call's headers on.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def intercept_service(
        self,
        continuation: Callable[..., Awaitable[grpc.RpcMethodHandler | None]],
        details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler | None:
        """The handler of a call; all of this server take one message.

        None where no service has such a method.
        """
        handler = await continuation(details)
        if handler is None:
            return None

        async def answer(
            messages: AsyncIterator, context: grpc.aio.ServicerContext
        ) -> Any:
            try:
                request = await asyncio.wait_for(anext(messages), self._seconds)
            except asyncio.TimeoutError:
                await context.abort(
                    grpc.StatusCode.DEADLINE_EXCEEDED,
                    f"The message did not come within {self._seconds:g} s.",
                )
            except StopAsyncIteration:
                await context.abort(
                    grpc.StatusCode.INVALID_ARGUMENT, "There is no message."
                )
            return await handler.unary_unary(request, context)

        # On the wire there is no difference between one message and a stream
        # of one; only of a stream can be waited for the message.
        return grpc.stream_unary_rpc_method_handler(
            answer, handler.request_deserializer, handler.response_serializer
        )


def _milliseconds(seconds: float) -> int:
    # gRPC holds them in 32 bits: some 24 days.
    return round(min(max(1, seconds * 1000), 2**31 - 1))
