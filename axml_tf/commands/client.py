"""Asks a server for the labels of texts, and for their reasons.

    axml-client --grpc=localhost:8500 "some text"
    axml-client --rest=http://localhost:8501 "some text"

Every argument is a text; without any, or for the argument -, every line of
the standard input is one. Works with TensorFlow Serving and with `axml-serve`.
For a program of your own there is `axml_tf.export.client.Client`.
"""

import os
import sys

from absl import flags

from axml_tf.console import errors
from axml_tf.console.errors import UserError
from axml_tf.export.client import Client
from axml_tf.export.describe import describe, texts_of
from axml_tf.formats import signatures
from axml_tf.prediction.rest import ServerError


def main(argv: list[str]) -> None:
    """Answers the texts that were given as arguments or lines."""
    values = flags.FLAGS
    if bool(values.grpc) == bool(values.rest):
        raise UserError("Give either --grpc=HOST:PORT or --rest=URL.")
    try:
        with Client(
            grpc=values.grpc or "",
            rest=values.rest or "",
            model=values.model,
            label=values.label,
            timeout=values.timeout,
        ) as client:
            for text in texts_of(argv[1:]):
                answer = client.call(signatures.EXPLAIN, text=[text])
                row = {name: array[0] for name, array in answer.items()}
                top_k = len(row["labels"])
                shown = describe(text, row, top_k, sys.stdout.isatty())
                print(shown, flush=True)
    except ServerError as error:
        raise UserError(str(error)) from error


def run() -> None:
    """Runs this module as a command."""
    # Nothing here runs a model.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    flags.DEFINE_string("grpc", None, "HOST:PORT of the server's gRPC API.")
    flags.DEFINE_string("rest", None, "URL of the server's REST API.")
    flags.DEFINE_string("model", "axml", "Name of the model.")
    flags.DEFINE_string("label", "", "Label of the version, such as stable.")
    flags.DEFINE_float(
        "timeout", 10.0, "Seconds that a request may take.", lower_bound=0.001
    )
    # A flag may also stand behind a text.
    flags.FLAGS.set_gnu_getopt()
    # A text may stand on the command line without a flag's name.
    errors.run(main, takes_arguments=True)
