"""Makes a corpus whose labels are planted by known trigger words.

    axml-generated-corpus --output_dir=RAW

Whoever trains on it knows which words a label's attention must point at.
"""

from absl import flags

from axml_tf.console import errors
from axml_tf.data_prep.generated_corpus import write_generated_corpus


def main(argv: list[str]) -> None:
    """Writes the corpus that the flags describe."""
    values = flags.FLAGS
    write_generated_corpus(
        values.output_dir,
        num_train=values.num_train,
        num_test=values.num_test,
        num_labels=values.num_labels,
        num_words=values.num_words,
        seed=values.seed,
    )


def run() -> None:
    """Entry point of axml-generated-corpus."""
    flags.DEFINE_string("output_dir", None, "Folder to make.", required=True)
    flags.DEFINE_integer("num_train", 2000, "Training documents.")
    flags.DEFINE_integer("num_test", 400, "Test documents.")
    flags.DEFINE_integer("num_labels", 40, "Labels.")
    flags.DEFINE_integer("num_words", 40, "Filler words per document, average.")
    flags.DEFINE_integer("seed", 0, "Of everything random.")
    errors.run(main)
