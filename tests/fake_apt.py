"""Programs that answer as apt does, without a network."""

import os
from pathlib import Path

# What `apt-get indextargets` prints: kind, origin, path.
_TARGETS = (
    ("Packages", "Debian", "packages-1"),
    ("Translations", "Debian", "translations"),
    ("Packages", "Debian", "packages-2"),
    ("Packages", "Somebody", "others"),
    ("DEP-11", "Debian", "others"),
)


def write_fake_apt(folder: Path, lists: dict[str, str]) -> str:
    """Writes apt-get and apt-config.

    Args:
        folder: to write to.
        lists: contents of `packages-1`, `packages-2` and `translations`; a
            list that is missing is not known to apt-get.

    Returns:
        The PATH with which they are found first.
    """
    programs = folder / "programs"
    programs.mkdir(parents=True)
    for name, content in {"others": "Package: other\n", **lists}.items():
        (folder / name).write_text(content)
    targets = [
        f"{kind}|{origin}|{folder / name}\n"
        for kind, origin, name in _TARGETS
        if (folder / name).is_file()
    ]
    (folder / "targets").write_text("".join(targets))
    (folder / "dump").write_text(
        'Dir::State "/var/lib/apt";\n'
        'APT::Update::Post-Invoke:: "rm something";\n'
        'APT::Architecture "amd64";\n'
    )
    _write_program(
        programs / "apt-get",
        f'cp "$APT_CONFIG" "{folder}/used.conf"\n'
        f'[ "$1" = update ] || cat "{folder}/targets"\n',
    )
    _write_program(programs / "apt-config", f'cat "{folder}/dump"\n')
    return f"{programs}:{os.environ['PATH']}"


def write_failing_apt(folder: Path, message: str) -> str:
    """Writes an apt-get that fails with a message; returns as above."""
    path = write_fake_apt(folder, {})
    _write_program(
        folder / "programs" / "apt-get", f'echo "{message}" >&2\nexit 100\n'
    )
    return path


def _write_program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}")
    path.chmod(0o755)
