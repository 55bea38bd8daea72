import math

import pytest

from axml_tf.console import progress_meter
from axml_tf.console.progress_meter import ProgressMeter


@pytest.fixture
def clock(monkeypatch):
    """A list with the time, which stands still."""
    now = [100.0]
    monkeypatch.setattr(progress_meter.time, "monotonic", lambda: now[0])
    return now


def test_loss_and_rate_are_smoothed(clock):
    losses, seconds = [8.0, 4.0, 6.0, 1.0], [2.0, 1.0, 0.5, 4.0]
    with ProgressMeter("epoch 1", 40, 0) as meter:
        assert math.isnan(meter.loss)
        assert meter.rate == 0
        for loss, taken in zip(losses, seconds, strict=True):
            clock[0] += taken
            meter.update(loss, 10)
    expected_loss, expected_rate = losses[0], 10 / seconds[0]
    for loss, taken in zip(losses[1:], seconds[1:], strict=True):
        expected_loss = 0.95 * expected_loss + 0.05 * loss
        expected_rate = 0.95 * expected_rate + 0.05 * (10 / taken)
    assert meter.loss == pytest.approx(expected_loss)
    assert meter.rate == pytest.approx(expected_rate)


def test_time_before_a_line_is_written_does_not_count(clock):
    with ProgressMeter("epoch 1", 40, 0) as meter:
        clock[0] += 1000
        meter.write("dev nDCG@5 0.5")
        clock[0] += 2
        meter.update(1.0, 10)
    assert meter.rate == 5


def test_bar_starts_where_the_epoch_is_resumed(capfd):
    # More than there are, should the data have become fewer.
    for done, shown in ((30, "30/40"), (50, "40/40")):
        with ProgressMeter("epoch 2", 40, done):
            pass
        assert f"| {shown} [" in capfd.readouterr().err


def test_lines_and_the_last_loss_are_shown(capfd):
    with ProgressMeter("epoch 3", 40, 0) as meter:
        meter.write("a line")
        meter.update(0.125, 40)
    out, err = capfd.readouterr()
    assert out == "a line\n"
    assert "epoch 3: 100%" in err
    assert "40/40" in err and "loss 0.12500" in err
