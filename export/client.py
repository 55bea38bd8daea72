"""Asks a server for the labels of texts, and for their reasons.

    python -m export.client --grpc=localhost:8500 "some text"
    python -m export.client --rest=http://localhost:8501 "some text"

Works with TensorFlow Serving and with `python -m export.serve`. In a program
of your own:

    with Client(grpc="localhost:8500") as client:
        for label in client.labels(["some text"])[0]:
            print(label.name, label.probability)
"""

import os
import sys
from typing import Any, NamedTuple

import numpy as np
from absl import flags

from axml_tf import errors, signatures
from axml_tf.errors import UserError
from axml_tf.rest import Rest, ServerError
from export.describe import describe, texts_of


class Label(NamedTuple):
    """A label of a text."""

    name: str
    probability: float


class Client:
    """A connection to a server.

    Args:
        grpc: `HOST:PORT` of its gRPC API, or
        rest: URL of its REST API, `http://HOST:PORT`.
        model: name of the model.
        label: label of its version, such as `stable`; "" for the newest.
        timeout: seconds that a request may take.
    """

    def __init__(
        self,
        grpc: str = "",
        rest: str = "",
        model: str = "axml",
        label: str = "",
        timeout: float = 10.0,
    ):
        if bool(grpc) == bool(rest):
            raise ValueError("Give either `grpc` or `rest`.")
        if rest:
            self._server = Rest(rest, model, label, timeout)
        else:
            # Here, for REST does without the `serving` extra.
            from export.grpc_client import Grpc

            self._server = Grpc(grpc, model, label, timeout)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *error) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection."""
        self._server.close()

    def labels(self, texts: list[str | bytes]) -> list[list[Label]]:
        """The best labels of each text, best first.

        Raises:
            ServerError: there is no answer.
        """
        answer = self.call(signatures.SERVE, text=texts)
        return [
            [
                Label(name.decode("utf-8"), float(probability))
                for name, probability in zip(*row, strict=True)
            ]
            for row in zip(
                answer["labels"], answer["probabilities"], strict=True
            )
        ]

    def call(self, signature: str, **inputs: Any) -> dict[str, np.ndarray]:
        """Calls a signature; `axml_tf/signatures.py` has them all.

        Args:
            signature: its name.
            **inputs: arrays, or lists of rows, by name.

        Raises:
            ServerError: there is no answer.
        """
        return self._server.call(signature, inputs)


def main(argv: list[str]) -> None:
    """Answers the texts that were given as arguments or lines."""
    values = flags.FLAGS
    if bool(values.grpc) == bool(values.rest):
        raise UserError("Give either --grpc=HOST:PORT or --rest=URL.")
    try:
        with Client(
            values.grpc or "",
            values.rest or "",
            values.model,
            values.label,
            values.timeout,
        ) as client:
            for text in texts_of(argv[1:]):
                answer = client.call(signatures.EXPLAIN, text=[text])
                row = {name: array[0] for name, array in answer.items()}
                top_k = len(row["labels"])
                shown = describe(text, row, top_k, sys.stdout.isatty())
                print(shown, flush=True)
    except ServerError as error:
        raise UserError(str(error)) from error
    except ModuleNotFoundError as error:
        raise UserError(
            f"{error.name} is missing: pip install 'axml_tf[serving]'."
        ) from error


# A text may stand on the command line without a flag's name.
main.takes_arguments = True


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
    errors.run(main)


if __name__ == "__main__":
    run()
