"""What answers a `Model`: this process, a SavedModel, or a server."""

import abc
import functools
import os
import re
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.export.export_model import export_model
from axml_tf.export.serving_module import ServingModule, write_label_names
from axml_tf.formats import signatures
from axml_tf.formats.predictions import TopK
from axml_tf.inspection.model_source import ModelSource
from axml_tf.inspection.served_sources import RestSource, SavedModelSource
from axml_tf.inspection.source import Source
from axml_tf.inspection.split_documents import all_documents
from axml_tf.prediction.rest import Rest, ServerError
from axml_tf.prediction.saved_model import SavedModel, reason
from axml_tf.prediction.top_k import predict_split
from axml_tf.runs.trained_model import TrainedModel

# What an answer holds: `labels`, `probabilities` and `label_ids`.
Answer = dict[str, np.ndarray]

_TEXT = tf.TensorSpec([None], tf.string)
_BATCH_SIZE = 32
_TIMEOUT = 60.0  # Seconds that a server may take.


class Backend(abc.ABC):
    """What answers.

    Attributes:
        num_labels: labels that it knows; None where it does not tell.
        scores_all_labels: whether every label can be asked for at once.
    """

    num_labels: int | None
    scores_all_labels: bool

    @abc.abstractmethod
    def describe(self) -> str:
        """One line for the user."""

    @abc.abstractmethod
    def label_names(self) -> list[str]:
        """Names of all labels, by id."""

    @abc.abstractmethod
    def most_labels(self) -> int:
        """Most labels that `best` gives."""

    @abc.abstractmethod
    def best(self, texts: list[bytes], top_k: int) -> Answer:
        """The best labels, `(texts, top_k)`, or all where there are fewer."""

    @abc.abstractmethod
    def source(self) -> Source:
        """What explains.

        Raises:
            UserError: the model has no attention.
        """

    def predict_split(
        self, data: PreparedData, split: str, *, top_k: int
    ) -> TopK:
        """The best labels of every document of a split, from its text."""
        ids: list[str] = []
        answers: list[Answer] = []
        batch: list[bytes] = []
        for document in all_documents(data, split):
            ids.append(document.id)
            batch.append(document.text)
            if len(batch) == _BATCH_SIZE:
                answers.append(self.best(batch, top_k))
                batch = []
        if batch:
            answers.append(self.best(batch, top_k))
        if not answers:
            raise UserError(f"The {split} split has no documents.")
        return TopK(
            np.array(ids, np.str_),
            np.concatenate([answer["label_ids"] for answer in answers]),
            np.concatenate([answer["probabilities"] for answer in answers]),
        )

    def export(self, output_dir: str | os.PathLike, **options: Any) -> Path:
        """Writes a SavedModel.

        Raises:
            UserError: it is none that can be.
        """
        raise UserError(
            f"{self.describe()} is an exported model already. Export from the "
            "folder that it was trained in."
        )


class InProcess(Backend):
    """A trained model in this process.

    It runs the graph that is exported, so that its answers are those of the
    server.

    Args:
        model: the trained model.
    """

    scores_all_labels = True

    def __init__(self, model: TrainedModel):
        self._model = model
        self.num_labels = model.system.config.num_labels
        with tempfile.TemporaryDirectory() as folder:
            self._module = ServingModule(
                model.system,
                model.tokenizer,
                write_label_names(model.label_names, Path(folder)),
                top_k=self.num_labels,
                max_top_k=self.num_labels,
            )
        self._functions: dict[int, Callable[..., dict[str, tf.Tensor]]] = {}
        self._lock = threading.Lock()

    def describe(self) -> str:
        """Its folder, and what it is."""
        config = self._model.record.model
        return f"{config.model} of {self._model.folder}"

    def label_names(self) -> list[str]:
        """Names of the labels seen in training, by id."""
        return list(self._model.label_names)

    def most_labels(self) -> int:
        """All."""
        return self._model.system.config.num_labels

    def best(self, texts: list[bytes], top_k: int) -> Answer:
        """The best labels."""
        answer = self._function(min(top_k, self.most_labels()))(
            tf.constant(texts, tf.string)
        )
        return {name: tensor.numpy() for name, tensor in answer.items()}

    def source(self) -> Source:
        """The model itself."""
        return self._source

    def predict_split(
        self, data: PreparedData, split: str, *, top_k: int
    ) -> TopK:
        """The same, from the records: as axml-predict does."""
        return predict_split(self._model, data, split, top_k=top_k)

    def export(self, output_dir: str | os.PathLike, **options: Any) -> Path:
        """Writes a SavedModel."""
        return export_model(self._model, output_dir, **options)

    @functools.cached_property
    def _source(self) -> ModelSource:
        return ModelSource.of_trained(self._model)

    def _function(self, top_k: int) -> Callable[..., dict[str, tf.Tensor]]:
        with self._lock:
            if top_k not in self._functions:
                self._functions[top_k] = tf.function(
                    functools.partial(self._module.best_of, top_k=top_k),
                    input_signature=[_TEXT],
                ).get_concrete_function()
            return self._functions[top_k]


class _Served(Backend):
    """A model behind the serving signatures."""

    scores_all_labels = False

    def __init__(self) -> None:
        # Labels in an answer of `serving_default`; 0 until there was one.
        self._served_labels = 0

    @abc.abstractmethod
    def _call(self, signature: str, **inputs: Any) -> Answer:
        """Calls a signature of `axml_tf/formats/signatures.py`."""

    def most_labels(self) -> int:
        """As many as one request may ask for."""
        return self._most

    def best(self, texts: list[bytes], top_k: int) -> Answer:
        """The best labels."""
        if top_k <= self._served_labels or not self._served_labels:
            answer = self._call(signatures.SERVE, text=texts)
            self._served_labels = answer["labels"].shape[1]
            if top_k <= self._served_labels:
                return {
                    name: answer[name][:, :top_k]
                    for name in ("labels", "probabilities", "label_ids")
                }
        top_k = min(top_k, self.num_labels or top_k)
        return self._call(
            signatures.TOP_K,
            text=texts,
            k=np.full(len(texts), top_k, np.int32),
            threshold=np.zeros(len(texts), np.float32),
        )

    @functools.cached_property
    def _most(self) -> int:
        """Asks for no label at all: the refusal says how many there may be."""
        try:
            self._call(
                signatures.TOP_K,
                text=[b""],
                k=np.zeros(1, np.int32),
                threshold=np.zeros(1, np.float32),
            )
        except UserError as error:
            if found := re.search(r"from 1 to (\d+)", str(error)):
                return int(found[1])
            raise
        raise UserError(f"{self.describe()} does not say how many labels.")


class Exported(_Served):
    """An exported model, run in this process.

    Args:
        path: folder of one version, or of all of them; then the newest.

    Raises:
        UserError: there is none, or it is damaged.
    """

    def __init__(self, path: str | os.PathLike):
        super().__init__()
        self._path = Path(path)
        self._model = SavedModel(path)
        self._names = self._model.label_names()
        self.num_labels = len(self._names)

    def describe(self) -> str:
        """Its folder."""
        return f"SavedModel {self._path}"

    def label_names(self) -> list[str]:
        """Names of its labels, by id."""
        return list(self._names)

    def source(self) -> Source:
        """The same model."""
        return SavedModelSource(self._model)

    def _call(self, signature: str, **inputs: Any) -> Answer:
        try:
            return self._model.call(signature, **inputs)
        except tf.errors.InvalidArgumentError as error:
            raise UserError(reason(error.message)) from error


class Served(_Served):
    """A model behind TensorFlow Serving's REST API.

    Args:
        url: `http://HOST:PORT/v1/models/NAME`, with `/labels/LABEL` behind it
            if there is a label.

    Raises:
        UserError: the URL is another one.
    """

    num_labels = None

    def __init__(self, url: str):
        super().__init__()
        self._url = url
        parts = urlsplit(url)
        names = [unquote(part) for part in parts.path.split("/") if part]
        right = names[:2] == ["v1", "models"] and (
            len(names) == 3 or (len(names) == 5 and names[3] == "labels")
        )
        if not right:
            raise UserError(
                "A server's model is named by http://HOST:PORT/v1/models/NAME, "
                f"or with /labels/LABEL behind it; received {url}."
            )
        self._base = f"{parts.scheme}://{parts.netloc}"
        self._model_name = names[2]
        self._label = names[4] if len(names) == 5 else ""
        # A connection for each thread.
        self._local = threading.local()

    def describe(self) -> str:
        """Its address."""
        return self._url

    def label_names(self) -> list[str]:
        """Not to be had."""
        raise UserError(
            "A server does not tell the names of its labels. Load the "
            "exported model, or the model folder."
        )

    def source(self) -> Source:
        """The same server."""
        return RestSource(self._base, self._model_name, self._label)

    def _call(self, signature: str, **inputs: Any) -> Answer:
        try:
            return self._server().call(signature, inputs)
        except ServerError as error:
            raise UserError(str(error)) from error

    def _server(self) -> Rest:
        found: Rest | None = vars(self._local).get("server")
        if found is None:
            found = Rest(
                self._base, self._model_name, self._label, timeout=_TIMEOUT
            )
            self._local.server = found
        return found
