"""Trains AttentionXML on a prepared data set.

    axml-train --data_dir=DATA --model_dir=MODEL \\
        --flagfile=axml_tf/configs/eurlex57k.flags

The same command again resumes a run that was cut off.
"""

from absl import flags

from axml_tf.console import errors, quiet_start, settings  # noqa: F401
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.models.encoders.encoder_registry import ENCODERS
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.system_registry import SYSTEMS
from axml_tf.runs.training_config import TrainingConfig
from axml_tf.training.start import model_config_for, train


def main(argv: list[str]) -> None:
    """Flags to configs, then `training.train`."""
    values = flags.FLAGS
    data = PreparedData(values.data_dir)
    best = train(
        model_config_for(data, **settings.values(ModelConfig)),
        TrainingConfig(**settings.values(TrainingConfig)),
        data,
        values.model_dir,
    )
    print(f"Best dev nDCG@5: {100 * best:.2f}. Model: {values.model_dir}")


def run() -> None:
    """Entry point of axml-train."""
    flags.DEFINE_string("data_dir", None, "Folder that axml-prepare made.")
    flags.DEFINE_string(
        "model_dir",
        None,
        "Folder for settings, checkpoints and TensorBoard's files.",
    )
    flags.mark_flags_as_required(["data_dir", "model_dir"])
    settings.define(
        ModelConfig,
        choices={"model": tuple(SYSTEMS), "encoder": tuple(ENCODERS)},
    )
    settings.define(TrainingConfig)
    errors.run(main)
