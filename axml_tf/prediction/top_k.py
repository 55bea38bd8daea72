"""Top-k labels of every document of a dataset."""

import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from axml_tf.console import machine, origin
from axml_tf.console.errors import UserError
from axml_tf.dataset import input_pipeline
from axml_tf.dataset.data_identity import labels_hash
from axml_tf.dataset.dataset_info import LABELS_FILE, DatasetInfo
from axml_tf.formats.predictions import Provenance, TopK
from axml_tf.models.registry import top_k_function
from axml_tf.runs.checkpoints import load_best_model
from axml_tf.runs.costs import load_costs
from axml_tf.runs.run_record import RunRecord, check_fits


def top_k_labels(
    model: keras.Model, top_k: int
) -> "tf.types.experimental.GenericFunction":
    """Compiles a function from token ids to the best labels.

    Args:
        model: as `build_model` made it.
        top_k: int. Labels per document; all labels where there are fewer.

    Returns:
        Function of int32 `(batch, tokens)` that gives probabilities, float32
        `(batch, top_k)`, descending, and label ids, int32, of the same
        shape. Ties have the lower label id first.
    """

    best = top_k_function(model, min(top_k, model.output.shape[1]))

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)])
    def function(token_ids):
        logits, label_ids = best(token_ids)
        return tf.sigmoid(logits), label_ids

    return function


def predict_top_k(
    function: Callable, batches: Iterable[dict[str, tf.Tensor]]
) -> TopK:
    """Predicts every document of `batches`; rows of weight 0 are left out.

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
    model_dir: str | os.PathLike,
    data_dir: str | os.PathLike,
    split: str,
    top_k: int,
    batch_size: int,
) -> TopK:
    """Predicts a split with the best checkpoint of a run.

    Args:
        model_dir: folder that axml-train filled.
        data_dir: folder of the data the model was trained on.
        split: name of the split.
        top_k: labels per document; all labels where there are fewer.
        batch_size: documents per step.

    Returns:
        The predictions, with what they cost: `predict_seconds` begins with
        the first batch, and includes the compilation.

    Raises:
        UserError: model or data are missing, damaged, or do not fit each
            other.
    """
    labels = labels_hash(data_dir)
    with _opened(model_dir, data_dir, split, batch_size) as (model, batches):
        watch = machine.Stopwatch()
        found = predict_top_k(top_k_labels(model, top_k), batches)
    made_by = _made_by(model_dir, labels, watch)
    return dataclasses.replace(found, made_by=made_by)


def predict_all_labels(
    model_dir: str | os.PathLike,
    data_dir: str | os.PathLike,
    split: str,
    batch_size: int,
) -> Iterator[tuple[list[str], np.ndarray]]:
    """Scores of all labels, a batch of documents at a time.

    Arguments as of `predict_split`.

    Yields:
        Ids of documents, and their logits, float32 `(documents, labels)`.

    Raises:
        UserError: as in `predict_split`.
    """
    with _opened(model_dir, data_dir, split, batch_size) as (model, batches):
        num_labels = model.output.shape[1]
        function = tf.function(
            top_k_function(model, num_labels),
            input_signature=[tf.TensorSpec([None, None], tf.int32)],
        )
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
def _opened(
    model_dir: str | os.PathLike,
    data_dir: str | os.PathLike,
    split: str,
    batch_size: int,
) -> Iterator[tuple[keras.Model, Iterator[dict[str, tf.Tensor]]]]:
    """The best model of a run, and every batch of a split, on a bar."""
    info = DatasetInfo.load(data_dir)
    num_documents = info.split(split).num_documents
    if not num_documents:
        raise UserError(f"The {split} split of {data_dir} has no documents.")
    check_fits(model_dir, data_dir, info)
    model, _ = load_best_model(model_dir, jit_compile=True)
    training_config = RunRecord.load(model_dir).training
    batches = input_pipeline.guarded(
        input_pipeline.evaluation_batches(
            data_dir, info, split, batch_size, training_config.max_length
        ),
        data_dir,
        info,
        split,
    )
    with tqdm(total=num_documents, unit=" docs", mininterval=1) as bar:

        def counted():
            for batch in batches:
                yield batch
                bar.update(int(batch["weight"].numpy().sum()))
            # Here, for without any batch there is nothing to predict.
            input_pipeline.check_count(bar.n, info, split)

        yield model, counted()


def _made_by(
    model_dir: str | os.PathLike, labels: str, watch: machine.Stopwatch
) -> Provenance:
    record = RunRecord.load(model_dir)
    costs = load_costs(model_dir)
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
            LABELS_FILE: labels,
        },
    )
