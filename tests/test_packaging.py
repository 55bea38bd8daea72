"""The wheel, built from the sdist and tried in an environment of its own."""

import site
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import axml_tf

ROOT = Path(axml_tf.__file__).parents[1]
SCRIPT = Path(__file__).with_name("library_script.py")

pytestmark = pytest.mark.slow


def run(*arguments, **options):
    done = subprocess.run(
        list(map(str, arguments)), capture_output=True, text=True, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Paths of wheel and sdist; offline, with the tools that are here."""
    folder = tmp_path_factory.mktemp("dist")
    # From the files that git knows: nothing else lies about.
    source = folder / "source"
    names = run("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT)
    for name in names.splitlines():
        if (ROOT / name).is_file():
            source.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
            source.joinpath(name).write_bytes(ROOT.joinpath(name).read_bytes())
    run(
        *(sys.executable, "-m", "build", "--no-isolation"),
        *("--outdir", folder, source),
    )
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    return wheel, sdist


@pytest.fixture(scope="module")
def environment(packages, tmp_path_factory):
    """An environment with the wheel; all else comes by a path file."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", folder)
    python = folder / "bin/python"
    run(
        *(python, "-m", "pip", "install", "--no-index", "--no-deps"),
        packages[0],
    )
    (packages_folder,) = folder.glob("lib/python*/site-packages")
    (packages_folder / "rest.pth").write_text(
        "".join(f"{path}\n" for path in site.getsitepackages())
    )
    return folder


@pytest.fixture
def own_folder(tmp_path):
    """A user's folder, with names that the sources have, too."""
    (tmp_path / "export.py").write_text("raise SystemExit('not mine')\n")
    for name in ("data_prep", "tests"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(
            "raise SystemExit('not mine')\n"
        )
    return tmp_path


def test_wheel_holds_every_module_and_nothing_of_the_tests(packages):
    wheel, sdist = packages
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("axml_tf", "data_prep", "export"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".css", ".js", ".flags"):
                name = path.relative_to(ROOT).as_posix()
                if folder != "axml_tf":
                    name = f"axml_tf/{name}"
                assert name in names
    assert "axml_tf/py.typed" in names
    assert "axml_tf/export/serving/models.config" in names
    tops = {name.split("/")[0] for name in names}
    assert {t for t in tops if not t.endswith(".dist-info")} == {"axml_tf"}
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {"setup.py", "pyproject.toml", "README.md", "LICENSE"} <= held


def test_library_works_beside_folders_of_the_same_names(
    environment, own_folder
):
    # Python looks first where the script lies.
    (own_folder / "mine.py").write_text(SCRIPT.read_text())
    said = run(environment / "bin/python", "mine.py", cwd=own_folder)
    assert said.splitlines()[-1] == "all is well"


def test_commands_work_beside_folders_of_the_same_names(
    environment, own_folder
):
    programs = sorted((environment / "bin").glob("axml-*"))
    assert len(programs) == 18
    run(
        *(environment / "bin/axml-generated-corpus", "--output_dir=raw"),
        *("--num_train=60", "--num_test=20", "--num_labels=4"),
        cwd=own_folder,
    )
    run(
        *(environment / "bin/axml-prepare", "--input_dir=raw"),
        "--output_dir=prepared",
        cwd=own_folder,
    )
    assert (own_folder / "prepared/dataset.json").is_file()
