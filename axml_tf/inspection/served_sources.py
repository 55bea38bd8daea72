"""Models behind the serving signatures: a SavedModel, a server."""

import abc
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.formats import signatures
from axml_tf.inspection.explanation import Explanation, LabelView, decode
from axml_tf.inspection.source import Source
from axml_tf.prediction.rest import Rest, ServerError
from axml_tf.prediction.saved_model import SavedModel, reason

_TIMEOUT = 60.0  # Seconds that a server may take.


class _Served(Source):
    """A model behind the serving signatures."""

    @abc.abstractmethod
    def _call(self, signature: str, **inputs: Any) -> dict[str, np.ndarray]:
        """Calls a signature of `axml_tf/formats/signatures.py`."""

    def best_labels(self, text: bytes, top_k: int) -> list[str]:
        answer = self._call(
            signatures.TOP_K,
            text=[text],
            k=np.array([top_k], np.int32),
            threshold=np.zeros(1, np.float32),
        )
        return [decode(name) for name in answer["labels"][0]]

    def explain(self, text: bytes, names: Sequence[str]) -> Explanation:
        # One label a request: together they can be too large for a server.
        answers = [
            self._call(
                signatures.EXPLAIN_LABEL, text=[text], label=[name.encode()]
            )
            for name in names
        ]
        real = answers[0]["starts"][0] >= 0
        return Explanation(
            text,
            answers[0]["starts"][0][real],
            answers[0]["ends"][0][real],
            tuple(
                LabelView(
                    name,
                    float(answer["probabilities"][0, 0]),
                    answer["attention"][0, 0][real],
                )
                for name, answer in zip(names, answers, strict=True)
            ),
        )

    def probabilities(
        self, texts: Sequence[bytes], names: Sequence[str]
    ) -> np.ndarray:
        answer = self._call(
            signatures.EXPLAIN_LABEL,
            text=list(texts),
            label=[name.encode() for name in names],
        )
        return answer["probabilities"][:, 0]


class SavedModelSource(_Served):
    """An exported model.

    Args:
        model: the model.
    """

    def __init__(self, model: SavedModel):
        self._model = model

    def _call(self, signature: str, **inputs: Any) -> dict[str, np.ndarray]:
        try:
            return self._model.call(signature, **inputs)
        except tf.errors.InvalidArgumentError as error:
            raise UserError(reason(error.message)) from error


class RestSource(_Served):
    """A server with TensorFlow Serving's REST API.

    Args:
        url: `http://HOST:PORT`.
        model: name of the model.
        label: label of its version, or "".
    """

    def __init__(self, url: str, model: str, label: str = ""):
        self._server = Rest(url, model, label=label, timeout=_TIMEOUT)

    def _call(self, signature: str, **inputs: Any) -> dict[str, np.ndarray]:
        try:
            return self._server.call(signature, inputs)
        except ServerError as error:
            raise UserError(str(error)) from error
