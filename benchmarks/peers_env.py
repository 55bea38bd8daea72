"""The environment that the peers run in, apart from the project's own."""

import subprocess
import sys
from pathlib import Path

from absl import flags

from axml_tf.console.errors import UserError

# torch by its exact version: a newer one brings gigabytes for GPUs.
_REQUIREMENTS = ("torch==2.13.0", "libmultilabel[nn]==0.10.*", "nltk==3.9.*")


def define_flag() -> None:
    """Defines --peers_env."""
    flags.DEFINE_string(
        "peers_env",
        ".peers_venv",
        "Virtual environment of the peers; made when it is missing.",
    )


def python() -> str:
    """Path of the peers' interpreter; installs them when they are missing.

    Raises:
        UserError: they cannot be installed.
    """
    folder = Path(flags.FLAGS.peers_env).absolute()
    interpreter = folder / "bin/python"
    done = folder / "requirements.txt"
    wanted = "".join(f"{requirement}\n" for requirement in _REQUIREMENTS)
    if not done.is_file() or done.read_text() != wanted:
        print(f"Installing {', '.join(_REQUIREMENTS)} into {folder}")
        _call([sys.executable, "-m", "venv", str(folder)])
        _call([str(interpreter), "-m", "pip", "install", "-q", *_REQUIREMENTS])
        done.write_text(wanted)
    return str(interpreter)


def _call(command: list[str]) -> None:
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        last = (result.stderr.strip() or "no message").splitlines()[-1]
        raise UserError(
            f"The peers cannot be installed: {' '.join(command)} said {last!r}."
        )
