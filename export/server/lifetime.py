"""The life of a server: it loads, listens, and answers until it is stopped."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, cast

from aiohttp import web

from axml_tf.console.errors import UserError
from axml_tf.export.server import grpc_api, rest_api
from axml_tf.export.server.batching_parameters import BatchingParameters
from axml_tf.export.server.core import Core
from axml_tf.export.server.limits import Limits
from axml_tf.export.server.metrics import Metrics
from axml_tf.export.server.rest_limits import Door
from axml_tf.export.server.runner import Runner
from axml_tf.export.server.served_config import ServedConfig
from axml_tf.export.server.served_models import Models

_DRAIN_SECONDS = 30.0


class Address(NamedTuple):
    """Where a server listens.

    Attributes:
        host: name or number of the machine.
        grpc_port: port of the gRPC API; 0 for any that is free, -1 for none.
        rest_port: the same of the REST API.
    """

    host: str
    grpc_port: int
    rest_port: int


async def serve(
    read: Callable[[], list[ServedConfig]],
    address: Address,
    *,
    parameters: BatchingParameters | None,
    num_threads: int,
    limits: Limits,
    poll_seconds: float,
    started: Callable[[Address], None],
) -> None:
    """Serves until SIGTERM or SIGINT, then answers what is under way.

    Args:
        read: gives the models to serve.
        address: to listen on.
        parameters: of batches; None runs every request by itself.
        num_threads: requests, or batches, worked on at once.
        limits: of requests and connections.
        poll_seconds: time between looks for new versions.
        started: called when requests are answered, with the ports as they
            are.

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
            _grpc_server(core, address.host, address.grpc_port) as grpc_port,
            _rest_server(core, address.host, address.rest_port) as rest_port,
        ):
            polling = asyncio.create_task(models.keep_updating(poll_seconds))
            started(Address(address.host, grpc_port, rest_port))
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
        # There is one after `setup`.
        door = Door(
            cast(web.Server, runner.server), core.limits.max_connections
        )
        server = await asyncio.get_running_loop().create_server(
            door, host, port
        )
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            # No new connections; those there get their answers.
            server.close()
    finally:
        await runner.cleanup()
