"""A server in a process of its own."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


class Served:
    """`python -m export.serve` on ports that are free; ends with its block.

    Attributes:
        grpc: HOST:PORT.
        rest: URL.
        process: of the server.
    """

    def __init__(self, *flags: str):
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "export.serve"),
                *("--grpc_port=0", "--rest_port=0"),
                "--file_system_poll_wait_seconds=0.1",
                *flags,
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        found = re.search(r"gRPC port (\d+), REST port (\d+)", line)
        assert found, self.process.communicate()[1]
        self.grpc = f"localhost:{found[1]}"
        self.rest = f"http://localhost:{found[2]}"

    def __enter__(self) -> "Served":
        return self

    def __exit__(self, *error) -> None:
        self.process.kill()
        self.process.communicate()
