"""What killed processes leave behind, and what living ones work on."""

import contextlib
import signal
import subprocess
import sys

import pytest

from axml_tf.storage.files import atomic_directory, atomic_file

WRITERS = {"file": atomic_file, "directory": atomic_directory}
# Half of an output, and then a line on stdout.
HALF = """
import sys, time
from axml_tf.storage import files
with files.{writer}(sys.argv[1]) as temporary:
    if temporary.is_dir():
        temporary = temporary / "part"
    temporary.write_text("half")
    print(temporary, flush=True)
    time.sleep(60)
"""


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write(kind, path, text="whole"):
    with WRITERS[kind](path) as temporary:
        if kind == "directory":
            temporary = temporary / "part"
        temporary.write_text(text)


@contextlib.contextmanager
def another_process(kind, path):
    """Has written the first half of `path` when this is entered."""
    code = HALF.format(writer=f"atomic_{kind}")
    process = subprocess.Popen(
        [sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline(), "it wrote nothing"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("kind", WRITERS)
def test_what_a_killed_process_left_goes_with_the_next_writing(kind, tmp_path):
    path = tmp_path / "x.bin"
    with another_process(kind, path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    (left,) = names(tmp_path)
    assert left.startswith(".x.bin.tmp-")
    write(kind, path)
    assert names(tmp_path) == ["x.bin"]


@pytest.mark.parametrize("kind", WRITERS)
def test_what_a_living_process_works_on_is_left_to_it(kind, tmp_path):
    path = tmp_path / "x.bin"
    with another_process(kind, path):
        (theirs,) = names(tmp_path)
        write(kind, path)
        assert names(tmp_path) == [theirs, "x.bin"]


def test_own_outer_output_is_left_alone(tmp_path):
    path = tmp_path / "x"
    with atomic_file(path) as outer:
        write("file", path, "inner")
        assert outer.exists()
        outer.write_text("outer")
    assert path.read_text() == "outer"


def test_files_of_others_are_left_alone(tmp_path):
    others = (
        ".x.bin.tmp-abcdefgh.txt",
        ".x.bin.tmp-abcdefg",
        ".x.txt.tmp-abcdefgh.txt",
        "x.bin.tmp-abcdefgh.bin",
        ".x.bin.abcdefgh",
    )
    for name in others:
        (tmp_path / name).write_text("mine")
    # Not a file, though called like one.
    (tmp_path / ".x.bin.tmp-12345678.bin").mkdir()
    write("file", tmp_path / "x.bin")
    expected = {*others, ".x.bin.tmp-12345678.bin", "x.bin"}
    assert set(names(tmp_path)) == expected


def test_link_called_like_a_temporary_folder_is_not_followed(tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("")
    (tmp_path / ".x.tmp-abcdefgh").symlink_to(precious)
    write("directory", tmp_path / "x")
    assert names(precious) == ["file"]
