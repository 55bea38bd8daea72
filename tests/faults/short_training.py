"""A training that another process runs, until something ends that process."""

import dataclasses
import os
import random
import signal
import threading
from pathlib import Path
from typing import NamedTuple

from small_runs import MODEL, TRAINING

from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.runs import checkpoint_files
from axml_tf.training import run as training_run
from axml_tf.training.start import train

# Everything that a checkpoint may hold is in use.
SETTINGS = dataclasses.replace(
    TRAINING,
    max_epochs=24,
    decay_epochs=24,
    validate_every=5,
    checkpoint_every="3",
    early_stopping_patience=0,
    attention_every=0,
    swa_start_epoch=2,
    gradient_clip_norm=0.5,
    gradient_clip_factor=0.9,
)


class Kill(NamedTuple):
    """When SIGKILL comes.

    Attributes:
        seconds: after the start of `since`.
        since: "start" of the process, or its first "step".
        in_write: checkpoint that is being written, the first is 1, and is
            written up to this share when SIGKILL comes; 0 for none.
        share: of the values of that checkpoint.
    """

    seconds: float = 0.0
    since: str = "step"
    in_write: int = 0
    share: float = 0.0


def random_kill(rng: random.Random) -> Kill:
    """Most within the steps, some in a checkpoint, some before the first."""
    kind = rng.random()
    if kind < 0.2:
        return Kill(rng.uniform(0, 2), "start")
    if kind < 0.5:
        return Kill(in_write=rng.randint(1, 12), share=rng.random())
    return Kill(rng.uniform(0, 1), "step")


def run(data_dir: Path, folder: Path, settings, kill: Kill | None) -> None:
    """Trains; what a child process does."""
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    if kill:
        _arm(kill)
    train(MODEL, settings, PreparedData(data_dir), folder)


def _arm(kill: Kill) -> None:
    if kill.in_write:
        _kill_in_write(kill)
    elif kill.since == "start":
        _kill_in(kill.seconds)
    else:
        make_training_step = training_run.make_training_step

        def make(*arguments, **named):
            step = make_training_step(*arguments, **named)
            is_armed = False

            def armed(*batch):
                nonlocal is_armed
                result = step(*batch)
                if not is_armed:
                    is_armed = True
                    _kill_in(kill.seconds)
                return result

            return armed

        training_run.make_training_step = make


def _kill_in(seconds: float) -> None:
    timer = threading.Timer(seconds, die)
    timer.daemon = True
    timer.start()


def _kill_in_write(kill: Kill) -> None:
    write = checkpoint_files.CheckpointFolder.write
    num_writes = 0

    def dying(folder, values):
        nonlocal num_writes
        num_writes += 1
        if num_writes == kill.in_write:
            values = _Dying(values, int(kill.share * len(values)))
        write(folder, values)

    checkpoint_files.CheckpointFolder.write = dying


class _Dying(dict):
    """Values of which the last is never read."""

    def __init__(self, values, num_read):
        super().__init__(values)
        self._num_read = num_read

    def items(self):
        for number, item in enumerate(super().items()):
            if number == self._num_read:
                die()
            yield item


def die() -> None:
    """What a machine does that is taken away."""
    os.kill(os.getpid(), signal.SIGKILL)
