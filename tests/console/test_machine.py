import os
import platform
import time

import pytest

from axml_tf.console import machine


def memory_line(path, name):
    """Bytes that a line of a file of /proc names, which has them in kB."""
    with open(path) as file:
        (line,) = (x for x in file if x.startswith(f"{name}:"))
    return 1024 * int(line.split()[1])


def test_facts_are_those_of_the_system():
    facts = machine.facts()
    assert facts["cores"] == len(os.sched_getaffinity(0))
    assert facts["memory"] == memory_line("/proc/meminfo", "MemTotal")
    assert facts["cpu"].strip() == facts["cpu"] != ""


def test_description_is_one_line(monkeypatch):
    monkeypatch.setattr(
        machine,
        "facts",
        lambda: {"cpu": "Some CPU", "cores": 4, "memory": 6 * 2**30},
    )
    assert machine.describe() == "Some CPU, 4 cores, 6 GiB"


def test_peak_memory_is_that_of_this_process():
    block = b"x" * 200_000_000
    peak = memory_line("/proc/self/status", "VmHWM")
    assert machine.peak_memory() == pytest.approx(peak, rel=0.02)
    assert len(block) < machine.peak_memory()


def test_available_memory_is_what_the_kernel_says(tmp_path, monkeypatch):
    file = tmp_path / "meminfo"
    monkeypatch.setattr(machine, "Path", {"/proc/meminfo": file}.__getitem__)
    assert machine.available_memory() == 0
    file.write_text("MemTotal: 9000 kB\nMemFree: 50 kB\n")
    assert machine.available_memory() == 0
    file.write_text("MemFree: 50 kB\nMemAvailable:   7000 kB\nX: 1 kB\n")
    assert machine.available_memory() == 7000 * 1024


def test_processor_is_named_or_its_kind_is(tmp_path, monkeypatch):
    file = tmp_path / "cpuinfo"
    monkeypatch.setattr(machine, "Path", {"/proc/cpuinfo": file}.__getitem__)
    assert machine.facts()["cpu"] == platform.machine()
    file.write_text("processor\t: 0\nmodel name\t: Some CPU: 5 GHz\n" * 2)
    assert machine.facts()["cpu"] == "Some CPU: 5 GHz"


def test_stopwatch_tells_work_from_waiting():
    watch = machine.Stopwatch()
    started = time.process_time()
    while time.process_time() < started + 0.2:
        pass
    worked = watch.cpu_seconds()
    time.sleep(0.5)
    assert worked >= 0.2
    # Waiting takes no processor time; other threads may take a little.
    assert watch.cpu_seconds() < worked + 0.4
    assert watch.seconds() >= 0.7
