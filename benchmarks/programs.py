"""The commands as they are installed, for those that time or test them."""

import sys
from pathlib import Path


def program(name: str) -> str:
    """Path of the command `axml-NAME`."""
    return str(Path(sys.executable).with_name(f"axml-{name}"))
