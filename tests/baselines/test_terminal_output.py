"""What native code prints is for terminals only."""

import os
import subprocess
import sys

import pytest

from axml_tf.baselines.terminal_output import progress, quiet_unless_terminal

PRINTING = [sys.executable, "-c", "print('from below')"]


def test_native_output_is_dropped_and_python_output_comes_back(capfd):
    print("before")
    with quiet_unless_terminal():
        os.write(1, b"from below")
        os.write(2, b"from below")
        subprocess.run(PRINTING, check=True)
    print("after")
    print("error", file=sys.stderr)
    out, err = capfd.readouterr()
    assert out == "before\nafter\n"
    assert err == "error\n"


def test_output_comes_back_after_an_error(capfd):
    with pytest.raises(KeyError), quiet_unless_terminal():
        os.write(1, b"from below")
        raise KeyError
    os.write(1, b"after")
    assert capfd.readouterr().out == "after"


def test_terminal_gets_all(capfd, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with quiet_unless_terminal():
        os.write(1, b"from below")
    assert capfd.readouterr().out == "from below"


def test_no_descriptor_is_left_open():
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with quiet_unless_terminal():
            pass
    assert len(os.listdir("/proc/self/fd")) == before


def test_log_gets_a_line_in_the_beginning_and_one_in_the_end(capsys):
    assert list(progress(range(5000), total=5000, unit="docs")) == list(
        range(5000)
    )
    lines = capsys.readouterr().err.strip("\r\n").split("\r")
    assert len(lines) == 2
    assert "0/5000" in lines[0] and " docs/s" in lines[0]
    assert "5000/5000" in lines[1]
