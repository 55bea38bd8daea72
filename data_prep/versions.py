"""What a data set was made with."""

import importlib.metadata
import platform


def library_versions(names: tuple[str, ...]) -> dict[str, str]:
    """Versions of Python and of some libraries, by name."""
    versions = {name: importlib.metadata.version(name) for name in names}
    return {"python": platform.python_version(), **versions}
