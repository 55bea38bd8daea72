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
import tempfile
import time
from collections.abc import Iterator

from axml_tf.console import errors, quiet_start  # noqa: F401  # isort: skip

from absl import flags

from axml_tf.console import settings as config_flags
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.models.model_config import ModelConfig
from axml_tf.runs.training_config import TrainingConfig
from axml_tf.training import run as training_run
from axml_tf.training import start as training
from axml_tf.training.board.board import Board
from benchmarks.report import Report, define_flags, rounds

_LOOKS = (Board, ("_attention_summaries", "look"))
_EPOCHS = (training_run.Run, ("_train_epoch",))


@contextlib.contextmanager
def _timed(owner: type, names: tuple[str, ...]) -> Iterator[list[float]]:
    """Seconds of each call of some methods, as long as it is entered."""
    seconds = []

    def timed(method):
        def call(*arguments):
            started = time.monotonic()
            result = method(*arguments)
            seconds.append(time.monotonic() - started)
            return result

        return call

    originals = {name: getattr(owner, name) for name in names}
    for name, method in originals.items():
        setattr(owner, name, timed(method))
    try:
        yield seconds
    finally:
        for name, method in originals.items():
            setattr(owner, name, method)


def main(argv: list[str]) -> None:
    """Trains as often as asked."""
    report = Report()
    info = DatasetInfo.load(flags.FLAGS.data_dir)
    model_config = ModelConfig(
        vocab_size=info.vocab_size,
        num_labels=info.num_labels,
        **config_flags.values(ModelConfig),
    )
    config = TrainingConfig(**config_flags.values(TrainingConfig))
    last_looks = []

    def share() -> float:
        with (
            tempfile.TemporaryDirectory() as folder,
            _timed(*_LOOKS) as looks,
            _timed(*_EPOCHS) as epochs,
        ):
            training.train(model_config, config, flags.FLAGS.data_dir, folder)
        last_looks.append(looks[-1])
        # What comes before the first epoch is no part of an epoch.
        before = sum(looks[:2])
        return sum(looks) / (sum(epochs) + before)

    report.add("attention_share", rounds({"share": share}, False)["share"])
    report.add("look_seconds", last_looks)
    report.finish(seed=config.seed, epochs=config.max_epochs)


def run() -> None:
    """Runs this module as a command."""
    define_flags(repeats=3)
    flags.DEFINE_string("data_dir", None, "Folder that axml-prepare made.")
    flags.mark_flag_as_required("data_dir")
    config_flags.define(ModelConfig)
    config_flags.define(TrainingConfig)
    errors.run(main)


if __name__ == "__main__":
    run()
