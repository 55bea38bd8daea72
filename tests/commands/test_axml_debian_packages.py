import os
import subprocess
from pathlib import Path

import pytest
from fake_apt import write_fake_apt

from benchmarks.programs import program

LISTS = {
    "packages-1": "Package: curl\nDescription: Text of curl\nTag: t::net\n",
    "packages-2": "Package: vim\nDescription: An editor\nTag: t::edit\n",
    "translations": "",
}


def run(output, path):
    return subprocess.run(
        [program("debian-packages"), f"--output_dir={output}"],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )


@pytest.mark.skipif(
    not Path("/usr/lib/apt/apt-helper").is_file(), reason="needs apt-helper"
)
def test_corpus_is_made_of_the_lists_of_packages(tmp_path):
    done = run(tmp_path / "raw", write_fake_apt(tmp_path / "apt", LISTS))
    assert done.returncode == 0, done.stderr
    # `printf curl | md5sum`, modulo 10, is 0; vim has 6.
    files = (tmp_path / "raw").iterdir()
    assert {path.name: path.read_text() for path in files} == {
        "train_ids.txt": "vim\n",
        "train_labels.txt": "t::edit\n",
        "train_raw_texts.txt": "An editor\n",
        "test_ids.txt": "curl\n",
        "test_labels.txt": "t::net\n",
        "test_raw_texts.txt": "Text of curl\n",
    }


def test_no_apt_ends_in_one_line(tmp_path):
    done = run(tmp_path / "raw", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "error: There is no apt-get here to take packages with."
    )
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "raw").exists()
