"""Makes tf-idf features of a prepared data set, for the sparse systems.

    axml-features --data_dir=DATA

Writes SPLIT.features.npz for every split, see
`axml_tf/dataset/sparse_features.py`, and

features.txt            word <TAB> training documents that have it; the line
                        number is its column, most frequent first

A feature is a word of the whole text, split and lower-cased as for the neural
models, that at least `--min_documents` training documents have. Its value is

    (1 + log(times in the document)) * (1 + log((1 + N) / (1 + n)))

for `n` of `N` training documents that have it; rows have length 1. A document
of unknown words only has an empty row.

Texts go by in batches. What stays in memory is every training word once, and
arrays of numbers: at the peak some 70 bytes for each different word of each
document of a split.
"""

from absl import flags

from axml_tf.console import errors
from axml_tf.data_prep.tf_idf import write_sparse_features


def main(argv: list[str]) -> None:
    """Writes the features that the flags describe."""
    del argv
    values = flags.FLAGS
    write_sparse_features(
        values.data_dir, values.min_documents, values.text_form
    )


def run() -> None:
    """Runs this module as a command."""
    flags.DEFINE_string(
        "data_dir", None, "Folder that axml-prepare made.", required=True
    )
    flags.DEFINE_integer(
        "min_documents",
        2,
        "Fewest training documents of a feature's word.",
        lower_bound=1,
    )
    flags.DEFINE_boolean(
        "text_form",
        False,
        "Whether to write SPLIT.features.txt too, in the form of the Extreme "
        "Classification Repository, for other programs.",
    )
    errors.run(main)
