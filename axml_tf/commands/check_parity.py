"""Checks that a server answers as the predictions that were measured.

    axml-check-parity --grpc=HOST:PORT --data_dir=DATA \\
        --predictions=FILE.npz --split=test

Sends every raw text of a split to a server, this project's or TensorFlow
Serving, and compares labels and probabilities with the predictions file of
the same model. Worth a run before a version becomes `stable`.
"""

from absl import flags

from axml_tf.console import errors
from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.export.check_parity import check_parity
from axml_tf.export.client import Client
from axml_tf.formats.predictions import TopK
from axml_tf.prediction.rest import ServerError


def main(argv: list[str]) -> None:
    """Flags to `check_parity`."""
    values = flags.FLAGS
    data = PreparedData(values.data_dir)
    predictions = TopK.load(values.predictions)
    try:
        with Client(grpc=values.grpc, model=values.model, timeout=60) as client:
            count, largest = check_parity(
                client, data, predictions, values.split
            )
    except ServerError as error:
        raise UserError(str(error)) from error
    print(
        f"{count:,} documents are answered as predicted; probabilities "
        f"differ by {largest:.1e} at most."
    )


def run() -> None:
    """Runs this module as a command."""
    flags.DEFINE_string("grpc", None, "HOST:PORT of the server's gRPC API.")
    flags.DEFINE_string("model", "axml", "Name of the model.")
    flags.DEFINE_string("data_dir", None, "Data it was trained on.")
    flags.DEFINE_string("predictions", None, "Predictions file (.npz).")
    flags.DEFINE_string("split", "test", "Split that was predicted.")
    flags.mark_flags_as_required(["grpc", "data_dir", "predictions"])
    errors.run(main)
