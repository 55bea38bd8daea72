"""Checks that the served graph gives the ids a model was trained on.

    axml-check-token-ids --saved_model=OUTPUT/axml \\
        --data_dir=DATA

Sends the raw text of every record through the SavedModel, loaded as TF
Serving loads it, and compares its ids with those of the record. Worth a run
when TensorFlow or TensorFlow Text change their version.
"""

import os
from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from axml_tf.console.errors import UserError
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.dataset.shards import read_split
from axml_tf.formats import schema, signatures
from axml_tf.prediction.saved_model import newest_version

_BATCH_SIZE = 64


def check_token_ids(
    saved_model: str | os.PathLike, data_dir: str | os.PathLike
) -> int:
    """Compares the ids of every document of every split.

    Args:
        saved_model: an exported model: one version, or all of them.
        data_dir: folder of the data that it was trained on.

    Returns:
        Number of documents compared.

    Raises:
        UserError: a document's ids differ; the message names it.
    """
    serve = _served_token_ids(saved_model)
    count = 0
    batches = _batches(data_dir, DatasetInfo.load(data_dir))
    for batch in tqdm(batches, unit=" batches"):
        _compare(batch, *serve(batch["text"]))
        count += len(batch["id"])
    return count


def _served_token_ids(
    saved_model: str | os.PathLike,
) -> Callable[[np.ndarray], list[np.ndarray]]:
    """A function from texts to ids, and to whether a text was cut.

    It runs the graph in a session.
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


def _batches(
    data_dir: str | os.PathLike, info: DatasetInfo
) -> Iterator[dict[str, np.ndarray]]:
    # All splits are looked for before the first is read.
    splits = [read_split(data_dir, info, split) for split in info.splits]
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
