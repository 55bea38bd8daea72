"""Asks a server for the labels of texts, and for their reasons.

Works with TensorFlow Serving and with `axml-serve`:

    with Client(grpc="localhost:8500") as client:
        for label in client.labels(["some text"])[0]:
            print(label.name, label.probability)
"""

from types import TracebackType
from typing import Any, NamedTuple, Protocol

import numpy as np

from axml_tf.console.errors import UserError
from axml_tf.formats import signatures
from axml_tf.prediction.rest import Rest


class Label(NamedTuple):
    """A label of a text."""

    name: str
    probability: float


class _Server(Protocol):
    """What both APIs' clients have."""

    def call(
        self, signature: str, inputs: dict[str, Any]
    ) -> dict[str, np.ndarray]: ...

    def close(self) -> None: ...


class Client:
    """A connection to a server.

    Args:
        grpc: `HOST:PORT` of its gRPC API, or
        rest: URL of its REST API, `http://HOST:PORT`.
        model: name of the model.
        label: label of its version, such as `stable`; "" for the newest.
        timeout: seconds that a request may take.

    Raises:
        ValueError: neither `grpc` nor `rest` is given, or both are.
        UserError: `grpc` is given, and the extra [serving] is not installed.
    """

    _server: _Server

    def __init__(
        self,
        *,
        grpc: str = "",
        rest: str = "",
        model: str = "axml",
        label: str = "",
        timeout: float = 10.0,
    ) -> None:
        if bool(grpc) == bool(rest):
            raise ValueError("Give either `grpc` or `rest`.")
        if rest:
            self._server = Rest(rest, model, label, timeout)
        else:
            # Here, for REST does without the `serving` extra.
            try:
                from axml_tf.export.grpc_client import Grpc
            except ModuleNotFoundError as error:
                raise UserError(
                    f"{error.name} is missing: pip install 'axml_tf[serving]'."
                ) from error
            self._server = Grpc(grpc, model, label, timeout)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
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
        """Calls a signature; `axml_tf/formats/signatures.py` has them all.

        Args:
            signature: its name.
            **inputs: arrays, or lists of rows, by name.

        Returns:
            The outputs by name.

        Raises:
            ServerError: there is no answer.
        """
        return self._server.call(signature, inputs)
