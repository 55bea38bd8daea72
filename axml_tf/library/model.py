"""A model that can be asked, wherever it runs."""

import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation.evaluate import evaluate
from axml_tf.library.backends import Backend
from axml_tf.library.explained import Explained

# Texts that are asked about at once.
_BATCH_SIZE = 32


class Prediction(NamedTuple):
    """A label of a text.

    Attributes:
        label: its name.
        score: its probability, in [0, 1].
    """

    label: str
    score: float


class Model:
    """A model in this process, an exported one, or one behind a server.

    `axml_tf.load` and `axml_tf.train` make it. Several threads may ask it at
    once.

    Args:
        backend: what answers.
    """

    def __init__(self, backend: Backend):
        self._backend = backend

    def __repr__(self) -> str:
        return f"<axml_tf.Model: {self._backend.describe()}>"

    @property
    def labels(self) -> list[str]:
        """Names of all labels, by id.

        Raises:
            UserError: it is behind a server, which does not tell them.
        """
        return self._backend.label_names()

    def predict(
        self, texts: Iterable[str | bytes], top_k: int = 5
    ) -> list[list[Prediction]]:
        """The best labels of texts.

        Args:
            texts: any iterable of texts; they are asked about in batches.
            top_k: labels a text; all, where there are fewer.

        Returns:
            For each text its labels, best first.

        Raises:
            UserError: `texts` is a single text, `top_k` is below 1 or above
                what an exported model allows, or a server does not answer.
        """
        if top_k < 1:
            raise UserError(f"top_k must be at least 1; received {top_k}.")
        return [
            [
                Prediction(name.decode("utf-8", "replace"), float(score))
                for name, score in zip(names, scores, strict=True)
            ]
            for batch in _batches(texts)
            for names, scores in zip(
                *self._best(batch, top_k, "labels", "probabilities"),
                strict=True,
            )
        ]

    def predict_proba(
        self, texts: Iterable[str | bytes], threshold: float | None = None
    ) -> np.ndarray | scipy.sparse.csr_matrix:
        """Probabilities of labels in texts.

        An exported model and a server score the best labels only, as many
        as they were exported for: of them the matrix is always sparse. A
        server does not tell how many labels there are: its matrix ends at
        the last one seen.

        Args:
            texts: any iterable of texts.
            threshold: least probability that is kept; None keeps all.

        Returns:
            float32 `(texts, labels)`: an array, or, with a threshold, a
            sparse matrix.

        Raises:
            UserError: as of `predict`.
        """
        sparse = threshold is not None or not self._backend.scores_all_labels
        top_k = self._backend.most_labels()
        parts = [
            _matrix(
                *self._best(batch, top_k, "label_ids", "probabilities"),
                num_labels=self._backend.num_labels,
                threshold=threshold or 0.0,
                sparse=sparse,
            )
            for batch in _batches(texts)
        ]
        num_labels: int = self._backend.num_labels or max(
            (part.shape[1] for part in parts), default=0
        )
        if not sparse:
            empty = np.zeros((0, num_labels), np.float32)
            return np.concatenate([empty, *parts])
        for part in parts:
            part.resize(part.shape[0], num_labels)
        empty = scipy.sparse.csr_matrix((0, num_labels), dtype=np.float32)
        return scipy.sparse.vstack([empty, *parts], format="csr")

    def explain(
        self,
        text: str | bytes,
        labels: Iterable[str] | None = None,
        top_k: int = 5,
    ) -> Explained:
        """Which words spoke for labels.

        Args:
            text: one text.
            labels: names of the labels to explain; None for the best.
            top_k: how many of the best.

        Returns:
            Words and their places, label by label; shows itself as text, and
            in a notebook as a page.

        Raises:
            UserError: the model has no attention, or no label of a name.
        """
        source = self._backend.source()
        content = _encode(text)
        if labels is None:
            # All, where there are fewer.
            top_k = min(top_k, self._backend.num_labels or top_k)
            labels = source.best_labels(content, top_k)
        return Explained(source.explain(content, list(labels)))

    def evaluate(
        self,
        data: PreparedData | str | os.PathLike,
        split: str = "test",
        **options: Any,
    ) -> dict[str, Any]:
        """Measures it on a split of prepared data, as axml-evaluate does.

        Args:
            data: the data it was trained on.
            split: name of the split.
            **options: of `evaluation.evaluate.evaluate`: `ks`,
                `propensity_a`, `propensity_b`.

        Returns:
            The report; `["measures"]` has the figures in percent, by name.

        Raises:
            UserError: model and data do not fit each other.
        """
        if not isinstance(data, PreparedData):
            data = PreparedData(data)
        depth = max(options.get("ks", (1, 3, 5)))
        found = self._backend.predict_split(data, split, top_k=depth)
        return evaluate(found, data, split, **options)

    def export(self, output_dir: str | os.PathLike, **options: Any) -> Path:
        """Writes it as a SavedModel for TensorFlow Serving.

        Args:
            output_dir: folder of all versions; makes its next one.
            **options: of `export.export_model.export_model`: `version`,
                `top_k`, `max_top_k`, `evaluation`, `data_licence`.

        Returns:
            Folder of the new version.

        Raises:
            UserError: it is an exported model already, or has no attention.
        """
        return self._backend.export(output_dir, **options)

    def _best(
        self, texts: list[bytes], top_k: int, *names: str
    ) -> tuple[np.ndarray, ...]:
        answer = self._backend.best(texts, top_k)
        return tuple(answer[name] for name in names)


def _batches(texts: Iterable[str | bytes]) -> Iterator[list[bytes]]:
    if isinstance(texts, str | bytes):
        raise UserError(
            "`texts` must be a list, or another iterable, of texts; received "
            "a single one. Write [text]."
        )
    waiting = iter(texts)
    while batch := list(itertools.islice(waiting, _BATCH_SIZE)):
        yield list(map(_encode, batch))


def _encode(text: str | bytes) -> bytes:
    if isinstance(text, bytes):
        return text
    if not isinstance(text, str):
        raise UserError(
            f"A text must be a str or bytes; received {type(text).__name__}."
        )
    # Half a surrogate pair is no UTF-8; the model reads U+FFFD there.
    return text.encode("utf-8", "surrogatepass")


def _matrix(
    label_ids: np.ndarray,
    scores: np.ndarray,
    *,
    num_labels: int | None,
    threshold: float,
    sparse: bool,
) -> Any:
    """Scores by label, `(texts, labels)`."""
    if not sparse:
        dense = np.empty((len(scores), scores.shape[1]), np.float32)
        np.put_along_axis(dense, label_ids, scores, axis=1)
        return dense
    width = num_labels or int(label_ids.max(initial=-1)) + 1
    rows, ranks = np.nonzero((label_ids >= 0) & (scores >= threshold))
    return scipy.sparse.csr_matrix(
        (scores[rows, ranks], (rows, label_ids[rows, ranks])),
        shape=(len(scores), width),
        dtype=np.float32,
    )
