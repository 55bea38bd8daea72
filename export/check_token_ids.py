"""Checks that the served graph gives the ids a model was trained on."""

import os
from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.shards import read_split
from axml_tf.formats import schema, signatures
from axml_tf.prediction.saved_model import newest_version

_BATCH_SIZE = 64


def check_token_ids(saved_model: str | os.PathLike, data: PreparedData) -> int:
    """Compares the ids of every document of every split.

    The raw text of every record goes through the SavedModel, loaded as
    TensorFlow Serving loads it; its ids are compared with those of the
    record.

    Args:
        saved_model: an exported model: one version, or all of them.
        data: what it was trained on.

    Returns:
        Number of documents compared.

    Raises:
        UserError: a document's ids differ; the message names it.
    """
    serve = _served_token_ids(saved_model)
    count = 0
    for batch in tqdm(_batches(data), unit=" batches"):
        _compare(batch, *serve(batch["text"]))
        count += len(batch["id"])
    return count


def _served_token_ids(
    saved_model: str | os.PathLike,
) -> Callable[[np.ndarray], list[np.ndarray]]:
    """A function from texts to ids, and to whether a text was cut.

    It runs the graph in a session. Texts are `(batch,)`, bytes; ids are
    int32 `(batch, tokens)`, padded with 0; the last is boolean, `(batch,)`.
    """
    path = os.fspath(newest_version(saved_model))
    graph = tf.Graph()
    session = tf.compat.v1.Session(graph=graph)
    with graph.as_default():
        loaded = tf.compat.v1.saved_model.load(session, ["serve"], path)
    signature = loaded.signature_def[signatures.EXPLAIN]
    text = signature.inputs["text"].name
    outputs = [
        signature.outputs[name].name for name in ("token_ids", "truncated")
    ]
    return lambda texts: session.run(outputs, {text: texts})


def _batches(data: PreparedData) -> Iterator[dict[str, np.ndarray]]:
    # All splits are looked for before the first is read.
    splits = [read_split(data, split) for split in data.info.splits]
    for records in splits:
        batches = records.map(
            lambda record: schema.parse(record, with_text=True)
        ).ragged_batch(_BATCH_SIZE)
        for batch in batches:
            yield {
                "id": batch["id"].numpy(),
                "text": batch["text"].numpy(),
                "token_ids": batch["token_ids"].to_tensor().numpy(),
            }


def _compare(
    batch: dict[str, np.ndarray], served: np.ndarray, truncated: np.ndarray
) -> None:
    recorded = batch["token_ids"]
    width = max(recorded.shape[1], served.shape[1])
    # The model may read fewer words of a long text than the data hold.
    not_read = truncated[:, None] & (np.arange(width) >= served.shape[1])
    recorded, served = (
        np.pad(ids, [(0, 0), (0, width - ids.shape[1])])
        for ids in (recorded, served)
    )
    differs = ((recorded != served) & ~not_read).any(axis=1)
    if differs.any():
        document = batch["id"][differs.argmax()].decode()
        raise UserError(
            f"Document {document} has other ids in the served graph than in "
            "its record. Prepare the data again, train and export."
        )
