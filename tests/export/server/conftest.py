"""Servers with narrow limits."""

import pytest
from wire import CONNECTIONS, IDLE_SECONDS, READ_SECONDS

from benchmarks.server import Server


@pytest.fixture(scope="session")
def strict(exported):
    """Few connections, and little time to send a request."""
    with Server(
        f"--model_base_path={exported.parent}",
        f"--max_connections={CONNECTIONS}",
        f"--read_timeout_seconds={READ_SECONDS}",
        f"--idle_timeout_seconds={IDLE_SECONDS}",
    ) as server:
        yield server


@pytest.fixture(scope="session", params=["batching", "nobatching"])
def busy(request, exported):
    """One request at a time, of two seconds at most."""
    with Server(
        f"--model_base_path={exported.parent}",
        "--max_requests=1",
        "--max_request_rows=100000",
        "--request_timeout_seconds=2",
        f"--{request.param}",
    ) as server:
        yield server
