"""The life of a server: it loads, listens, and answers until it is stopped."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from axml_tf.console.errors import UserError
from axml_tf.export.server import grpc_api, rest_api
from axml_tf.export.server.batching import BatchingParameters, Runner
from axml_tf.export.server.core import Core
from axml_tf.export.server.limits import Limits
from axml_tf.export.server.metrics import Metrics
from axml_tf.export.server.rest_limits import Door
from axml_tf.export.server.served_models import ModelConfig, Models

_DRAIN_SECONDS = 30.0


async def serve(
    read: Callable[[], list[ModelConfig]],
    host: str,
    grpc_port: int,
    rest_port: int,
    parameters: BatchingParameters | None,
    num_threads: int,
    limits: Limits,
    poll_seconds: float,
    started: Callable[[int, int], None],
) -> None:
    """Serves until SIGTERM or SIGINT, then answers what is under way.

    Args:
        read: gives the models to serve.
        host: address to listen on.
        grpc_port: port; 0 for any that is free, -1 for none.
        rest_port: the same.
        parameters: of batches; None runs every request by itself.
        num_threads: requests, or batches, worked on at once.
        limits: of requests and connections.
        poll_seconds: time between looks for new versions.
        started: called with both ports when requests are answered.

    Raises:
        UserError: no model can be loaded, or a port is taken.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    with (
        ThreadPoolExecutor(num_threads) as workers,
        ThreadPoolExecutor(1) as loader,
    ):
        models = Models(read, loader)
        # Versions are loaded and warm before the ports open.
        await models.update()
        if models.unavailable():
            raise UserError(" ".join(models.unavailable()))
        core = Core(models, Runner(workers, parameters), Metrics(), limits)
        async with (
            _grpc_server(core, host, grpc_port) as actual_grpc_port,
            _rest_server(core, host, rest_port) as actual_rest_port,
        ):
            polling = asyncio.create_task(models.keep_updating(poll_seconds))
            started(actual_grpc_port, actual_rest_port)
            await stopped.wait()
            polling.cancel()


@contextlib.asynccontextmanager
async def _grpc_server(core: Core, host: str, port: int) -> AsyncIterator[int]:
    if port < 0:
        yield port
        return
    server = grpc_api.make_server(core)
    try:
        port = server.add_insecure_port(f"{host}:{port}")
    except RuntimeError as error:
        raise UserError(f"Port {port} cannot be had ({error}).") from error
    await server.start()
    try:
        yield port
    finally:
        # No new calls; those under way are answered.
        await server.stop(_DRAIN_SECONDS)


@contextlib.asynccontextmanager
async def _rest_server(core: Core, host: str, port: int) -> AsyncIterator[int]:
    if port < 0:
        yield port
        return
    runner = web.AppRunner(
        rest_api.make_app(core),
        access_log=None,
        shutdown_timeout=_DRAIN_SECONDS,
        keepalive_timeout=core.limits.idle_timeout_seconds,
        # A caller gets its refusal before the line is cut.
        lingering_time=core.limits.read_timeout_seconds,
    )
    await runner.setup()
    try:
        server = await asyncio.get_running_loop().create_server(
            Door(runner.server, core.limits.max_connections), host, port
        )
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            # No new connections; those there get their answers.
            server.close()
    finally:
        await runner.cleanup()
