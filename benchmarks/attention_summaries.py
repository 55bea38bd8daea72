"""What TensorBoard's looks at the attention cost a training run.

    python -m benchmarks.attention_summaries --data_dir=quickstart/data \\
        --flagfile=axml_tf/configs/quickstart.flags --max_epochs=2

A round trains from the beginning. Figures:

    attention_share  seconds that go into the looks, the choice of documents
                     and the first compilation among them, as a share of the
                     seconds from the first epoch's start to the end
    look_seconds     of a single look, the last one
"""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from axml_tf.console import errors, quiet_start  # noqa: F401  # isort: skip

import tensorflow as tf
from absl import flags

from axml_tf.console import settings
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.neural_system import NeuralSystem
from axml_tf.runs.background import Background
from axml_tf.runs.stop_signals import StopSignals
from axml_tf.runs.training_config import TrainingConfig
from axml_tf.training.board.attention_summaries import AttentionSummaries
from axml_tf.training.board.board import Board
from axml_tf.training.distribution import make_strategy
from axml_tf.training.run import Plan, Run
from axml_tf.training.start import model_config_for
from axml_tf.training.validation import Validation
from benchmarks.report import Report, define_flags, rounds


class TimedBoard(Board):
    """A board that keeps how long its looks at the attention took.

    Arguments as of `Board`.

    Attributes:
        choosing: seconds of the choice of documents.
        looking: seconds of every look, the first one before the first epoch.
        training: seconds from the first epoch's start to the end.
    """

    def __init__(
        self,
        model_dir: str | os.PathLike,
        system: NeuralSystem,
        config: TrainingConfig,
        data: PreparedData,
    ) -> None:
        self.choosing: list[float] = []
        self.looking: list[float] = []
        self.training: list[float] = []
        self._began = 0.0
        super().__init__(model_dir, system, config, data)

    def run_begins(self) -> None:
        """Shows what it shows; then the first epoch starts."""
        super().run_begins()
        self._began = time.monotonic()

    def run_ends(self, step: int) -> None:
        """Marks the run as finished."""
        self.training.append(time.monotonic() - self._began)
        super().run_ends(step)

    def share(self) -> float:
        """Share of the looks in the seconds of the whole run."""
        # What comes before the first epoch is no part of an epoch.
        before = sum(self.choosing) + self.looking[0]
        looks = sum(self.choosing) + sum(self.looking)
        return looks / (sum(self.training) + before)

    def _attention_summaries(self) -> AttentionSummaries | None:
        with _timed(self.choosing):
            return super()._attention_summaries()

    def _look(self, epoch: int, step: int) -> None:
        with _timed(self.looking):
            super()._look(epoch, step)


@contextlib.contextmanager
def _timed(seconds: list[float]) -> Iterator[None]:
    """Adds the seconds that the block takes."""
    started = time.monotonic()
    yield
    seconds.append(time.monotonic() - started)


def main(argv: list[str]) -> None:
    """Trains as often as asked."""
    report = Report()
    data = PreparedData(flags.FLAGS.data_dir)
    model_config = model_config_for(data, **settings.values(ModelConfig))
    config = TrainingConfig(**settings.values(TrainingConfig))
    boards = rounds(
        {"board": lambda: _train(model_config, config, data)}, warm_up=False
    )["board"]
    report.add("attention_share", [board.share() for board in boards])
    report.add("look_seconds", [board.looking[-1] for board in boards])
    report.finish(seed=config.seed, epochs=config.max_epochs)


def _train(
    model_config: ModelConfig, config: TrainingConfig, data: PreparedData
) -> TimedBoard:
    """Trains as axml-train does, in a folder that is not kept."""
    if config.deterministic_ops:
        tf.config.experimental.enable_op_determinism()
    strategy = make_strategy(config.num_replicas)
    validation = Validation(model_config, config, data)
    with (
        tempfile.TemporaryDirectory() as folder,
        StopSignals() as signals,
        Background() as background,
    ):
        board = TimedBoard(folder, validation.system, config, data)
        Run(
            Plan(model_config, config, data, Path(folder)),
            strategy,
            validation=validation,
            observers=[board],
            signals=signals,
            background=background,
        ).train()
    return board


def run() -> None:
    """Runs this module as a command."""
    define_flags(repeats=3)
    flags.DEFINE_string("data_dir", None, "Folder that axml-prepare made.")
    flags.mark_flag_as_required("data_dir")
    settings.define(ModelConfig)
    settings.define(TrainingConfig)
    errors.run(main)


if __name__ == "__main__":
    run()
