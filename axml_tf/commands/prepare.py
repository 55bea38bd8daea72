"""Turns raw text and labels into a prepared data set.

    axml-prepare --input_dir=RAW --output_dir=DATA

Two passes over the training documents, one over the others: count words and
labels, choose ids, write records. No text is split twice: between the passes
the words of the training documents wait on disk. Memory grows with the
vocabulary and the labels, never with the texts. What is written stands in
`axml_tf/dataset/dataset_info.py`. A set of word counts goes to
`prepare_sparse.py`.
"""

from absl import flags

from axml_tf.console import errors
from axml_tf.console import settings as config_flags
from axml_tf.data_prep.prepare import prepare
from axml_tf.data_prep.prepare_config import PrepareConfig


def main(argv: list[str]) -> None:
    """Prepares the data set that the flags describe."""
    values = flags.FLAGS
    prepare(
        PrepareConfig(
            values.input_dir,
            values.output_dir,
            **config_flags.values(PrepareConfig),
        )
    )


def run() -> None:
    """Entry point of axml-prepare."""
    flags.DEFINE_string("input_dir", None, "Folder of the raw files.")
    flags.DEFINE_string("output_dir", None, "Folder to make.")
    flags.mark_flags_as_required(["input_dir", "output_dir"])
    config_flags.define(PrepareConfig)
    errors.run(main)
