"""Makes tf-idf features of a prepared data set, for the sparse systems.

    axml-features --data_dir=DATA

Writes SPLIT.features.npz for every split, see
`axml_tf/dataset/sparse_features.py`, and

features.txt            word <TAB> training documents that have it; the line
                        number is its column, most frequent first

A feature is a word that at least `--min_documents` training documents have;
`data_prep/tf_idf.py` has the formula of its values.
"""

from absl import flags

from axml_tf.console import errors
from axml_tf.data_prep.tf_idf import write_sparse_features
from axml_tf.dataset.prepared_data import PreparedData


def main(argv: list[str]) -> None:
    """Writes the features that the flags describe."""
    values = flags.FLAGS
    write_sparse_features(
        PreparedData(values.data_dir),
        min_documents=values.min_documents,
        text_form=values.text_form,
    )


def run() -> None:
    """Entry point of axml-features."""
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
