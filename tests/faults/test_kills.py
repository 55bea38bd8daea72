"""SIGKILL at random moments, and the same command again."""

import dataclasses
import random
import signal

import numpy as np
import pytest
import short_training
from short_training import SETTINGS, random_kill
from small_runs import state, write_data

pytestmark = pytest.mark.slow

_NUM_KILLS = 20
# Whatever hangs is a failure.
_TIMEOUT = 120


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data")).folder


def run(processes, *arguments):
    """Exit code of a training in a process of its own."""
    process = processes.Process(target=short_training.run, args=arguments)
    process.start()
    process.join(_TIMEOUT)
    if process.is_alive():
        process.kill()
        pytest.fail(f"{arguments} hangs.")
    return process.exitcode


def killed_and_resumed(processes, *training, rng, num_kills):
    """Kills so often as is asked for; number of checkpoints cut off.

    `training` is data, folder and settings, as `short_training.run` has them.
    """
    cut_off = 0
    for number in range(num_kills):
        kill = random_kill(rng)
        code = run(processes, *training, kill)
        assert code in (0, -signal.SIGKILL), f"kill {number}, {kill}: {code}"
        cut_off += bool(kill.in_write) and code != 0
    assert run(processes, *training, None) == 0
    return cut_off


def test_killed_run_ends_with_the_same_bits(processes, data_dir, tmp_path):
    alone, killed = tmp_path / "alone", tmp_path / "killed"
    assert run(processes, data_dir, alone, SETTINGS, None) == 0
    cut_off = killed_and_resumed(
        *(processes, data_dir, killed, SETTINGS),
        rng=random.Random(0),
        num_kills=_NUM_KILLS,
    )
    # So many kills came while a checkpoint was written.
    assert cut_off >= 3
    for kind in ("latest", "best"):
        found, expected = state(killed, kind), state(alone, kind)
        assert found.keys() == expected.keys()
        for name, value in found.items():
            np.testing.assert_array_equal(
                value, expected[name], err_msg=f"{kind} {name}"
            )
    # Nothing is left of what was not written to its end.
    names = {path.name[:5] for path in (killed / "latest").iterdir()}
    assert names == {"ckpt-"}


def test_killed_run_on_two_replicas_ends_with_the_same_weights(
    processes, data_dir, tmp_path
):
    settings = dataclasses.replace(
        SETTINGS, num_replicas=2, max_epochs=6, decay_epochs=6
    )
    alone, killed = tmp_path / "alone", tmp_path / "killed"
    assert run(processes, data_dir, alone, settings, None) == 0
    killed_and_resumed(
        *(processes, data_dir, killed, settings),
        rng=random.Random(1),
        num_kills=3,
    )
    found, expected = state(killed), state(alone)
    assert found.keys() == expected.keys()
    for name, value in found.items():
        np.testing.assert_allclose(
            value, expected[name], rtol=1e-4, atol=1e-5, err_msg=name
        )
    assert found["progress/best"] == pytest.approx(expected["progress/best"])
