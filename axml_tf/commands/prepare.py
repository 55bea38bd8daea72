"""Turns raw text and labels into a prepared data set.

    axml-prepare --input_dir=RAW --output_dir=DATA

`axml_tf/dataset/dataset_info.py` says what stands in DATA. Memory grows with
the vocabulary and the labels, never with the texts.
"""

from absl import flags

from axml_tf.console import errors, settings
from axml_tf.data_prep.prepare import prepare
from axml_tf.data_prep.prepare_config import PrepareConfig


def main(argv: list[str]) -> None:
    """Prepares the data set that the flags describe."""
    values = flags.FLAGS
    prepare(
        PrepareConfig(
            values.input_dir,
            values.output_dir,
            **settings.values(PrepareConfig),
        )
    )


def run() -> None:
    """Entry point of axml-prepare."""
    flags.DEFINE_string("input_dir", None, "Folder of the raw files.")
    flags.DEFINE_string("output_dir", None, "Folder to make.")
    flags.mark_flags_as_required(["input_dir", "output_dir"])
    settings.define(PrepareConfig)
    errors.run(main)
