"""Where explanations come from: a checkpoint, a SavedModel, or a server."""

import abc
import base64
import json
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import numpy as np
import tensorflow as tf

from axml_tf import config, schema, signatures
from axml_tf.asked_labels import look
from axml_tf.checkpoints import check_fits, load_best_model
from axml_tf.chunked_top_k import head_top_k
from axml_tf.dataset_info import DatasetInfo, read_labels
from axml_tf.errors import UserError
from axml_tf.inspection.explanation import Explanation, LabelView, decode
from axml_tf.model import split_at_head
from axml_tf.saved_model import SavedModel, reason
from axml_tf.text import load_tokenizer

_TIMEOUT = 60.0  # Seconds that a server may take.


class Source(abc.ABC):
    """A model that can be asked."""

    @abc.abstractmethod
    def best_labels(self, text: bytes, top_k: int) -> list[str]:
        """Names of the best labels, best first.

        Raises:
            UserError: there are not so many, or there is no answer.
        """

    @abc.abstractmethod
    def explain(self, text: bytes, names: Sequence[str]) -> Explanation:
        """How the labels of these names see a text.

        Raises:
            UserError: there is no label of such a name, or no answer.
        """

    @abc.abstractmethod
    def probabilities(
        self, texts: Sequence[bytes], names: Sequence[str]
    ) -> np.ndarray:
        """Probability of a label in each text, float `(texts,)`.

        Raises:
            UserError: as in `explain`.
        """


class CheckpointSource(Source):
    """The best checkpoint of a run.

    Args:
        model_dir: folder of the run.
        data_dir: folder of the data it was trained on.

    Raises:
        UserError: one of them is missing or damaged, or they do not fit each
            other.
    """

    def __init__(
        self, model_dir: str | os.PathLike, data_dir: str | os.PathLike
    ):
        info = DatasetInfo.load(data_dir)
        check_fits(model_dir, data_dir, info)
        _, training_config, _ = config.load(model_dir)
        self._tokenizer = load_tokenizer(
            data_dir, info, training_config.max_length
        )
        self._names = read_labels(data_dir)[0][: info.num_labels]
        self._ids = {name: i for i, name in enumerate(self._names)}
        model, _ = load_best_model(model_dir)
        self._trunk, self._head = split_at_head(model)

    def best_labels(self, text: bytes, top_k: int) -> list[str]:
        if top_k > len(self._names):
            raise UserError(
                f"--top_k={top_k}: the model has {len(self._names)} labels."
            )
        _, label_ids = head_top_k(
            self._head, *self._read(self._token_ids([text])), top_k
        )
        return [self._names[label] for label in label_ids.numpy()[0]]

    def explain(self, text: bytes, names: Sequence[str]) -> Explanation:
        tokenized = self._tokenizer(tf.constant([text]))
        probabilities, attention = self._look(
            _dense(tokenized.token_ids), tf.constant([self._ids_of(names)])
        )
        starts, ends = (
            x[0].numpy() for x in (tokenized.starts, tokenized.ends)
        )
        return Explanation(
            text,
            starts,
            ends,
            tuple(
                LabelView(name, float(p), shares[: len(starts)])
                for name, p, shares in zip(
                    names, probabilities[0], attention[0].numpy(), strict=True
                )
            ),
        )

    def probabilities(
        self, texts: Sequence[bytes], names: Sequence[str]
    ) -> np.ndarray:
        label_ids = tf.constant(self._ids_of(names))[:, None]
        probabilities, _ = self._look(self._token_ids(texts), label_ids)
        return probabilities[:, 0].numpy()

    def _ids_of(self, names: Sequence[str]) -> list[int]:
        for name in names:
            if name not in self._ids:
                raise UserError(
                    f"The model has no label of this name: {name}. "
                    "labels.txt in --data_dir has them all."
                )
        return [self._ids[name] for name in names]

    def _token_ids(self, texts: Sequence[bytes]) -> tf.Tensor:
        return _dense(self._tokenizer(tf.constant(list(texts))).token_ids)

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)])
    def _read(self, token_ids):
        return self._trunk(token_ids, training=False)

    def _look(self, token_ids, label_ids):
        return look(self._head, *self._read(token_ids), label_ids)


class _Served(Source):
    """A model behind the serving signatures."""

    @abc.abstractmethod
    def _call(self, signature: str, **inputs: Any) -> dict[str, np.ndarray]:
        """Calls a signature of `axml_tf/signatures.py`."""

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
        path: folder of one version, or of all of them; then the newest.

    Raises:
        UserError: there is none, or it is damaged.
    """

    def __init__(self, path: str | os.PathLike):
        self._model = SavedModel(path)

    def _call(self, signature, **inputs):
        try:
            return self._model.call(signature, **inputs)
        except tf.errors.InvalidArgumentError as error:
            raise UserError(reason(error.message)) from error


class RestSource(_Served):
    """A server with TensorFlow Serving's REST API.

    Args:
        url: `http://HOST:PORT`.
        model: name of the model.
    """

    def __init__(self, url: str, model: str):
        self._url = f"{url.rstrip('/')}/v1/models/{quote(model, safe='')}"

    def _call(self, signature, **inputs):
        body = {
            "signature_name": signature,
            "inputs": {name: _to_json(x) for name, x in inputs.items()},
        }
        request = urllib.request.Request(
            f"{self._url}:predict", json.dumps(body).encode()
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:
                outputs = json.load(response)["outputs"]
        except urllib.error.HTTPError as error:
            raise UserError(
                f"{self._url}: {_reason(error)} (HTTP status {error.code})."
            ) from error
        except (OSError, ValueError, KeyError) as error:
            raise UserError(f"{self._url}: {error}.") from error
        return {name: _to_array(values) for name, values in outputs.items()}


def _dense(token_ids: tf.RaggedTensor) -> tf.Tensor:
    """Padded ids, of at least one column."""
    dense = token_ids.to_tensor(schema.PAD_ID)
    missing = tf.maximum(0, 1 - tf.shape(dense)[1])
    return tf.pad(dense, [[0, 0], [0, missing]])


def _to_json(values: Any) -> list:
    return [
        {"b64": base64.b64encode(x).decode()} if isinstance(x, bytes) else x
        for x in (values.tolist() if isinstance(values, np.ndarray) else values)
    ]


def _to_array(values: list) -> np.ndarray:
    array = np.array(values)
    if array.dtype.kind == "U":
        encoded = [text.encode() for text in array.flat]
        return np.array(encoded, object).reshape(array.shape)
    return array


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return reason(json.load(error)["error"])
    except (ValueError, KeyError, TypeError):
        return error.reason
