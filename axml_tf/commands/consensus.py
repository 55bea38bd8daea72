"""Combines two or more predictions files: eq. 9 and Table 5, or their mean.

    axml-consensus --predictions A.npz B.npz \\
        --output=consensus.npz
    axml-consensus --predictions A.npz B.npz C.npz \\
        --combine=sum --output=ensemble.npz

Writes a predictions file, which is measured like any other.
"""

from absl import flags

from axml_tf.commands import predictions_flag
from axml_tf.console import errors
from axml_tf.console.errors import UserError
from axml_tf.evaluation.combination import METHODS, combine
from axml_tf.formats.predictions import TopK
from axml_tf.storage.files import check_writable

FLAGS = flags.FLAGS


def main(argv: list[str]) -> None:
    """Combines the files that the flags name."""
    paths = predictions_flag.paths(argv)
    if len(paths) < 2:
        raise UserError(
            "A consensus needs two or more files: --predictions A.npz B.npz; "
            f"found {paths[0]} only."
        )
    check_writable(FLAGS.output)
    systems = [TopK.load(path) for path in paths]
    combined = combine(systems, FLAGS.combine, FLAGS.top_k)
    combined.save(FLAGS.output)
    print(f"{len(combined.document_ids)} documents, written to {FLAGS.output}")


def run() -> None:
    """Command line entry."""
    _define_flags()
    errors.run(main, takes_arguments=True)


def _define_flags() -> None:
    # Not at import: other mains have flags of the same names.
    predictions_flag.define()
    flags.DEFINE_enum(
        "combine",
        "consensus",
        METHODS,
        "consensus: eq. 9, as if the systems were right independently of "
        "each other; sum: their mean, as of an ensemble.",
    )
    flags.DEFINE_integer("top_k", 100, "Labels per document.", lower_bound=1)
    flags.DEFINE_string("output", None, "Predictions file to write, .npz.")
    flags.mark_flag_as_required("output")
