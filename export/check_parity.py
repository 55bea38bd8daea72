"""Checks that a server answers as the predictions that were measured."""

from collections.abc import Iterator

import numpy as np
from tqdm import tqdm

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.shards import read_split
from axml_tf.export.client import Client
from axml_tf.formats import schema, signatures
from axml_tf.formats.predictions import TopK

_BATCH_SIZE = 16
# Largest difference of probabilities that is rounding.
TOLERANCE = 1e-5


def check_parity(
    client: Client, data: PreparedData, predictions: TopK, split: str
) -> tuple[int, float]:
    """Compares the answers to every document of a split.

    The raw texts are sent; labels and probabilities are compared.

    Labels whose probabilities are closer than the tolerance may have changed
    places.

    Args:
        client: of the server.
        data: what the model was trained on.
        predictions: of the split, by the same model.
        split: its name.

    Returns:
        Number of documents, and the largest difference of probabilities.

    Raises:
        UserError: a document's answer is another, or a probability in it or
            in the predictions is no number; the message names the document.
        ServerError: the server does not answer.
    """
    rows = {name: row for row, name in enumerate(predictions.document_ids)}
    count, largest = 0, 0.0
    for names, texts in _batches(data, split):
        answer = client.call(signatures.SERVE, text=texts)
        for i, name in enumerate(names):
            if name not in rows:
                raise UserError(f"The predictions lack document {name}.")
            row = rows[name]
            difference = _difference(
                answer["label_ids"][i],
                answer["probabilities"][i],
                predictions.label_ids[row],
                predictions.scores[row],
            )
            if np.isnan(difference):
                raise UserError(
                    f"Document {name} has a probability that is no number, "
                    "in the answer or in the predictions: the model is "
                    "damaged. Train, export and predict again."
                )
            if difference > TOLERANCE:
                raise UserError(
                    f"Document {name} is answered otherwise than predicted "
                    f"(by {difference:.2g}): the server has another model, "
                    "or another version of it."
                )
            largest = max(largest, difference)
        count += len(names)
    return count, largest


def _difference(
    served_ids: np.ndarray,
    served: np.ndarray,
    predicted_ids: np.ndarray,
    predicted: np.ndarray,
) -> float:
    """Largest difference of probabilities, rank by rank and label by label.

    NaN if one of the probabilities is no finite number, compared or not.
    """
    if not np.isfinite([*served, *predicted]).all():
        return float("nan")
    k = min(len(served), len(predicted))
    by_rank = served[:k] - predicted[:k]
    of_label = dict(zip(predicted_ids, predicted, strict=True))
    # A label behind the last that was predicted has at most that one's.
    by_label = [
        float(score) - float(of_label.get(label, predicted[-1]))
        for label, score in zip(served_ids[:k], served[:k], strict=True)
    ]
    return float(np.abs([by_rank, by_label]).max())


def _batches(
    data: PreparedData, split: str
) -> Iterator[tuple[list[str], list[bytes]]]:
    dataset = (
        read_split(data, split)
        .map(lambda record: schema.parse(record, with_text=True))
        .map(lambda record: (record["id"], record["text"]))
        .batch(_BATCH_SIZE)
    )
    for names, texts in tqdm(dataset.as_numpy_iterator(), unit=" batches"):
        yield [name.decode("utf-8") for name in names], texts.tolist()
