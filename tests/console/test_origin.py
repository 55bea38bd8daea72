import importlib.metadata
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import axml_tf
from axml_tf.console import origin

ROOT = Path(axml_tf.__file__).parents[1]

needs_git = pytest.mark.skipif(
    shutil.which("git") is None, reason="git is not installed"
)


def git(folder, *arguments):
    done = subprocess.run(
        [
            *("git", "-C", folder),
            *("-c", "user.name=A", "-c", "user.email=a@b", *arguments),
        ],
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def make_package(folder):
    package = folder / "axml_tf"
    package.mkdir(parents=True)
    for name in ("__init__.py", "errors.py"):
        (package / name).write_text("# Code.\n")
    return package


@pytest.fixture
def checkout(tmp_path):
    """A repository with one commit, whose axml_tf is taken for ours."""
    package = make_package(tmp_path / "checkout")
    git(package.parent, "init", "-q")
    git(package.parent, "add", "axml_tf")
    git(package.parent, "commit", "-q", "-m", "First")
    return package.parent


def commit_seen_from(monkeypatch, package):
    monkeypatch.setattr(origin, "_PACKAGE", package)
    return origin.git_commit()


def test_versions_are_those_that_the_libraries_name_themselves():
    found = origin.origin()
    code = (
        "import sys, numpy, tensorflow, keras;"
        "print(sys.version.split()[0], numpy.__version__,"
        " tensorflow.__version__, keras.__version__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    names = ("python", "numpy", "tensorflow", "keras")
    assert [found[name] for name in names] == done.stdout.split()
    assert found["axml_tf"] == axml_tf.__version__
    assert list(found)[-1] == "git_commit"


def test_library_that_is_not_installed_is_skipped(monkeypatch):
    def version(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert set(origin.versions(("numpy",))) == {"axml_tf", "python"}


@needs_git
def test_commit_is_the_head_of_the_checkout(checkout, monkeypatch):
    head = git(checkout, "rev-parse", "HEAD")
    # A tag must not take the place of the digits.
    git(checkout, "tag", "-a", "v1", "-m", "v1")
    assert commit_seen_from(monkeypatch, checkout / "axml_tf") == head


@needs_git
@pytest.mark.parametrize("is_staged", [False, True])
def test_changed_file_makes_the_commit_dirty(checkout, monkeypatch, is_staged):
    head = git(checkout, "rev-parse", "HEAD")
    (checkout / "new.txt").write_text("Not tracked.")
    assert commit_seen_from(monkeypatch, checkout / "axml_tf") == head
    (checkout / "axml_tf/errors.py").write_text("# Other code.\n")
    if is_staged:
        git(checkout, "add", "axml_tf")
    dirty = commit_seen_from(monkeypatch, checkout / "axml_tf")
    assert dirty == f"{head}-dirty"


@needs_git
def test_package_within_another_project_has_no_commit(checkout, monkeypatch):
    # As a virtual environment is, in the folder of a project.
    installed = make_package(checkout / "venv/site-packages")
    assert commit_seen_from(monkeypatch, installed) is None
    # Even when somebody has committed it.
    git(checkout, "add", "venv")
    git(checkout, "commit", "-q", "-m", "Second")
    assert commit_seen_from(monkeypatch, installed) is None
    # At the top of a project, but not of it.
    git(checkout, "rm", "-q", "-r", "--cached", "axml_tf")
    git(checkout, "commit", "-q", "-m", "Third")
    assert commit_seen_from(monkeypatch, checkout / "axml_tf") is None


@needs_git
def test_checkout_without_a_commit_has_none(tmp_path, monkeypatch):
    package = make_package(tmp_path)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "axml_tf")
    assert commit_seen_from(monkeypatch, package) is None


@needs_git
def test_hook_of_another_repository_is_not_taken_for_ours(
    checkout, tmp_path, monkeypatch
):
    head = git(checkout, "rev-parse", "HEAD")
    other = make_package(tmp_path / "other").parent
    git(other, "init", "-q")
    git(other, "add", "axml_tf")
    git(other, "commit", "-q", "-m", "Another")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert commit_seen_from(monkeypatch, checkout / "axml_tf") == head


def test_folder_outside_of_any_checkout_has_no_commit(tmp_path, monkeypatch):
    assert commit_seen_from(monkeypatch, make_package(tmp_path)) is None


def test_machine_without_git_has_no_commit(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert origin.git_commit() is None


def test_git_that_hangs_is_not_waited_for(monkeypatch, tmp_path):
    program = tmp_path / "git"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(origin, "_TIMEOUT", 0.2)
    assert origin.git_commit() is None


def test_origin_imports_no_tensorflow():
    code = (
        "import sys; from axml_tf.console.origin import origin; origin();"
        "print([m for m in ('tensorflow', 'keras') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr
