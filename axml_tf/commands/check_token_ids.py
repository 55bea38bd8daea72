"""Checks that the served graph gives the ids a model was trained on.

    axml-check-token-ids --saved_model=OUTPUT/axml \\
        --data_dir=DATA

Sends the raw text of every record through the SavedModel, loaded as TF
Serving loads it, and compares its ids with those of the record. Worth a run
when TensorFlow or TensorFlow Text change their version.
"""

from absl import flags

from axml_tf.console import errors
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.export.check_token_ids import check_token_ids


def main(argv: list[str]) -> None:
    """Flags to `check_token_ids`."""
    values = flags.FLAGS
    data = PreparedData(values.data_dir)
    count = check_token_ids(values.saved_model, data)
    print(f"{count:,} documents: the served ids are those of the records.")


def run() -> None:
    """Runs this module as a command."""
    flags.DEFINE_string("saved_model", None, "Exported model.")
    flags.DEFINE_string("data_dir", None, "Data it was trained on.")
    flags.mark_flags_as_required(["saved_model", "data_dir"])
    errors.run(main)
