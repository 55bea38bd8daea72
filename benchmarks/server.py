"""The embedded server in a process of its own, for what asks it."""

import re
import subprocess
from pathlib import Path
from typing import IO, cast

from axml_tf.console.errors import UserError
from benchmarks.programs import program

_ROOT = Path(__file__).resolve().parents[1]


class Server:
    """`axml-serve` on free ports; ends with its block.

    Args:
        *flags: of the server.

    Attributes:
        grpc: HOST:PORT.
        rest: URL.
        process: of the server.

    Raises:
        UserError: it does not start.
    """

    def __init__(self, *flags: str) -> None:
        self.process = subprocess.Popen(
            [
                program("serve"),
                *("--grpc_port=0", "--rest_port=0"),
                *flags,
            ],
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        # It is there: a pipe was asked for.
        line = cast(IO[str], self.process.stdout).readline()
        ports = re.search(r"gRPC port (\d+), REST port (\d+)", line)
        if not ports:
            raise UserError("The server did not start; see above.")
        self.grpc = f"localhost:{ports[1]}"
        self.rest = f"http://localhost:{ports[2]}"

    def memory(self) -> int:
        """Bytes of its resident set."""
        path = f"/proc/{self.process.pid}/status"
        status = Path(path).read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.wait()
