"""Asks an exported model for the labels of a text, and for its reasons.

    axml-predict-text --saved_model=OUTPUT/axml "some text"

Every argument is a text; without any, or for the argument -, every line of
the standard input is one. Needs nothing of the model but the SavedModel.
"""

import sys

from absl import flags

from axml_tf.console import errors
from axml_tf.console.errors import UserError
from axml_tf.export.describe import describe, texts_of
from axml_tf.formats import signatures
from axml_tf.prediction.saved_model import SavedModel


def main(argv: list[str]) -> None:
    """Answers the texts that were given as arguments or lines."""
    model = SavedModel(flags.FLAGS.saved_model)
    for text in texts_of(argv[1:]):
        answer = {
            name: values[0]
            for name, values in model.call(
                signatures.EXPLAIN, text=[text]
            ).items()
        }
        num_labels = len(answer["labels"])
        top_k = flags.FLAGS.top_k or num_labels
        if top_k > num_labels:
            raise UserError(
                f"--top_k={top_k}: the exported model answers with "
                f"{num_labels} labels. Export it again with a higher --top_k."
            )
        print(describe(text, answer, top_k, sys.stdout.isatty()), flush=True)


def run() -> None:
    """Runs this module as a command."""
    flags.DEFINE_string(
        "saved_model", None, "Exported model: one version, or all of them."
    )
    flags.DEFINE_integer(
        "top_k",
        None,
        "Labels to show; default: all in the answer.",
        lower_bound=1,
    )
    flags.mark_flag_as_required("saved_model")
    # A flag may also stand behind a text.
    flags.FLAGS.set_gnu_getopt()
    # A text may stand on the command line without a flag's name.
    errors.run(main, takes_arguments=True)
