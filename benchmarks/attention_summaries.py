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

from axml_tf import errors, quiet_start  # noqa: F401  # isort: skip

from absl import flags

from axml_tf import flags as config_flags
from axml_tf import training
from axml_tf.config import ModelConfig, TrainingConfig
from axml_tf.dataset_info import DatasetInfo
from benchmarks.report import Report, define_flags, rounds

_TIMED = ("_attention_summaries", "_look_at_attention")


class _Clock:
    """Sums up the seconds of some of a run's methods."""

    def __init__(self):
        self.seconds: list[float] = []

    @contextlib.contextmanager
    def on(self, methods: tuple[str, ...]):
        """Times them as long as it is entered."""
        originals = {name: getattr(training._Run, name) for name in methods}
        for name, method in originals.items():
            setattr(training._Run, name, self._timed(method))
        try:
            yield
        finally:
            for name, method in originals.items():
                setattr(training._Run, name, method)

    def _timed(self, method):
        def timed(run):
            started = time.monotonic()
            result = method(run)
            self.seconds.append(time.monotonic() - started)
            return result

        return timed


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
        looks, epochs = _Clock(), _Clock()
        with (
            tempfile.TemporaryDirectory() as folder,
            looks.on(_TIMED),
            epochs.on(("_train_epoch",)),
        ):
            training.train(model_config, config, flags.FLAGS.data_dir, folder)
        last_looks.append(looks.seconds[-1])
        # What comes before the first epoch is no part of an epoch.
        before = sum(looks.seconds[:2])
        return sum(looks.seconds) / (sum(epochs.seconds) + before)

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
