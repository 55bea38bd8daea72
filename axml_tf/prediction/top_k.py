"""Top-k labels of every document of a dataset."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from axml_tf.console import machine, origin
from axml_tf.console.errors import UserError
from axml_tf.dataset import input_pipeline
from axml_tf.dataset.dataset_info import LABELS_FILE
from axml_tf.dataset.input_pipeline import Batching
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.formats.predictions import Provenance, TopK
from axml_tf.models.systems.neural_system import NeuralSystem
from axml_tf.runs.costs import load_costs
from axml_tf.runs.trained_model import TrainedModel

_TOKEN_IDS = tf.TensorSpec([None, None], tf.int32)

# From token ids, int32 `(batch, tokens)`, to scores, float32 `(batch, top_k)`,
# descending, and label ids, int32, of the same shape.
BestLabels = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def top_k_labels(system: NeuralSystem, top_k: int) -> BestLabels:
    """Compiles a function from token ids to the best labels.

    Args:
        system: predicts.
        top_k: labels per document; all labels where there are fewer.

    Returns:
        Function of int32 `(batch, tokens)` that gives probabilities, float32
        `(batch, top_k)`, descending, and label ids, int32, of the same
        shape. Ties have the lower label id first.
    """
    top_k = min(top_k, system.config.num_labels)

    @tf.function(input_signature=[_TOKEN_IDS])
    def function(token_ids: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        logits, label_ids = system.best(system.read(token_ids), top_k=top_k)
        return tf.sigmoid(logits), label_ids

    return function


def predict_top_k(
    function: BestLabels, batches: Iterable[dict[str, tf.Tensor]]
) -> TopK:
    """Predicts every document of `batches`; rows of weight 0 are skipped.

    Args:
        function: as `top_k_labels` makes it.
        batches: at least one, as `input_pipeline.evaluation_batches` gives
            them.
    """
    parts = []
    for batch in batches:
        real = batch["weight"].numpy() > 0
        scores, label_ids = function(batch["token_ids"])
        parts.append(
            (
                batch["id"].numpy()[real],
                label_ids.numpy()[real],
                scores.numpy()[real],
            )
        )
    document_ids, label_ids, scores = map(
        np.concatenate, zip(*parts, strict=True)
    )
    names = [name.decode("utf-8") for name in document_ids]
    return TopK(np.array(names, np.str_), label_ids, scores)


def predict_split(
    model: TrainedModel,
    data: PreparedData,
    split: str,
    *,
    top_k: int,
    batch_size: int = 40,
) -> TopK:
    """Predicts a split of the data that a model was trained on.

    Args:
        model: predicts.
        data: that it was trained on.
        split: name of the split.
        top_k: labels per document; all labels where there are fewer.
        batch_size: documents per step.

    Returns:
        The predictions, with what they cost: `predict_seconds` begins with
        the first batch, and includes the compilation.

    Raises:
        UserError: the data are missing, damaged, or not those of the model.
    """
    with _batches(model, data, split, batch_size) as batches:
        watch = machine.Stopwatch()
        found = predict_top_k(top_k_labels(model.system, top_k), batches)
    return dataclasses.replace(found, made_by=_made_by(model, watch))


def predict_all_labels(
    model: TrainedModel,
    data: PreparedData,
    split: str,
    *,
    batch_size: int = 40,
) -> Iterator[tuple[list[str], np.ndarray]]:
    """Scores of all labels, a batch of documents at a time.

    Arguments as of `predict_split`.

    Yields:
        Ids of documents, and their logits, float32 `(documents, labels)`.

    Raises:
        UserError: as in `predict_split`.
    """
    system, num_labels = model.system, model.system.config.num_labels

    @tf.function(input_signature=[_TOKEN_IDS])
    def function(token_ids: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return system.best(system.read(token_ids), top_k=num_labels)

    with _batches(model, data, split, batch_size) as batches:
        for batch in batches:
            real = batch["weight"].numpy() > 0
            logits, label_ids = (
                x.numpy()[real] for x in function(batch["token_ids"])
            )
            scores = np.empty_like(logits)
            np.put_along_axis(scores, label_ids, logits, axis=1)
            ids = batch["id"].numpy()[real]
            yield [name.decode("utf-8") for name in ids], scores


@contextlib.contextmanager
def _batches(
    model: TrainedModel, data: PreparedData, split: str, batch_size: int
) -> Iterator[Iterator[dict[str, Any]]]:
    """Every batch of a split, on a bar."""
    num_documents = data.info.split(split).num_documents
    if not num_documents:
        raise UserError(f"The {split} split of {data.folder} has no documents.")
    model.check_fits(data)
    batching = Batching(batch_size, model.record.training.max_length)
    batches = input_pipeline.guarded(
        input_pipeline.evaluation_batches(data, split, batching), data, split
    )
    with tqdm(total=num_documents, unit=" docs", mininterval=1) as bar:

        def counted() -> Iterator[dict[str, Any]]:
            for batch in batches:
                yield batch
                bar.update(int(batch["weight"].numpy().sum()))
            # Here, for without any batch there is nothing to predict.
            input_pipeline.check_count(bar.n, data.info, split)

        yield counted()


def _made_by(model: TrainedModel, watch: machine.Stopwatch) -> Provenance:
    record, costs = model.record, load_costs(model.folder)
    settings = {**vars(record.model), **vars(record.training)}
    return Provenance(
        record.model.model,
        costs.seconds if costs else None,
        watch.seconds(),
        costs.cpu_seconds if costs else None,
        watch.cpu_seconds(),
        max(machine.peak_memory(), costs.peak_memory if costs else 0),
        machine.describe(),
        origin.versions(("tensorflow", "keras")),
        {
            **{name: str(value) for name, value in settings.items()},
            LABELS_FILE: model.data.labels_hash,
        },
    )
