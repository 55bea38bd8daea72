"""Trains AttentionXML on a prepared data set.

    axml-train --data_dir=DATA --model_dir=MODEL \\
        --flagfile=axml_tf/configs/eurlex57k.flags

The same command again goes on with a run that was cut off.
"""

from absl import flags

from axml_tf.console import errors, quiet_start  # noqa: F401
from axml_tf.console import settings as config_flags
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.models.model_config import ModelConfig
from axml_tf.runs.training_config import TrainingConfig
from axml_tf.training.start import train


def main(argv: list[str]) -> None:
    """Flags to configs, then `training.train`."""
    data_dir, model_dir = flags.FLAGS.data_dir, flags.FLAGS.model_dir
    info = DatasetInfo.load(data_dir)
    settings = config_flags.values(ModelConfig)
    if info.embedding_dim is not None:
        settings["embedding_dim"] = info.embedding_dim
    best = train(
        ModelConfig(
            vocab_size=info.vocab_size,
            num_labels=info.num_labels,
            **settings,
        ),
        TrainingConfig(**config_flags.values(TrainingConfig)),
        data_dir,
        model_dir,
    )
    print(f"Best dev nDCG@5: {100 * best:.2f}. Model: {model_dir}")


def run() -> None:
    """Entry point of axml-train."""
    flags.DEFINE_string("data_dir", None, "Folder that axml-prepare made.")
    flags.DEFINE_string(
        "model_dir",
        None,
        "Folder for settings, checkpoints and TensorBoard's files.",
    )
    flags.mark_flags_as_required(["data_dir", "model_dir"])
    config_flags.define(ModelConfig)
    config_flags.define(TrainingConfig)
    errors.run(main)
