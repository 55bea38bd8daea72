"""What a result was made with: versions, and the commit of the program."""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

from axml_tf.console.version import __version__

_PACKAGE = Path(__file__).parents[1]
_LIBRARIES = ("tensorflow", "keras", "numpy")
_TIMEOUT = 10  # Seconds; a checkout may lie on a slow network disk.


def origin() -> dict[str, str | None]:
    """Versions by name, and as `git_commit` what `git_commit` finds."""
    return {**versions(_LIBRARIES), "git_commit": git_commit()}


def versions(libraries: tuple[str, ...]) -> dict[str, str]:
    """Versions of this package, of Python and of libraries, by name.

    Reads what pip has written down and imports nothing. A library that is
    not installed is skipped.

    Args:
        libraries: their names on PyPI.
    """
    found = {"axml_tf": __version__, "python": platform.python_version()}
    for name in libraries:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def git_commit() -> str | None:
    """Commit of the checkout that this package runs from.

    Returns:
        40 hexadecimal digits, and "-dirty" behind them when tracked files
        differ from that commit. None where there is no git, no checkout or
        no commit, or where the package only lies within another project's
        checkout (installed into a folder of it, for example).
    """
    try:
        # Where the package lies below the top, and whether it is tracked.
        if _git("rev-parse", "--show-prefix") != f"{_PACKAGE.name}/":
            return None
        _git("ls-files", "--error-unmatch", "__init__.py")
        # No tag fits an empty pattern, so that it is always the digits.
        return _git(
            "describe", "--always", "--dirty", "--abbrev=40", "--match="
        )
    except (OSError, subprocess.SubprocessError):
        return None


def _git(*arguments: str) -> str:
    # Within a hook of another repository git's variables point there.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_")
    }
    done = subprocess.run(
        [
            "git",
            # Looking writes nothing and leaves no watcher running.
            "--no-optional-locks",
            *("-c", "core.fsmonitor=false"),
            *("-C", str(_PACKAGE)),
            *arguments,
        ],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=_TIMEOUT,
        check=True,
    )
    return done.stdout.strip()
