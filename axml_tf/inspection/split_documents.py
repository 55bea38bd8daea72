"""Documents of a prepared folder, with their texts."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.dataset import input_pipeline
from axml_tf.dataset.documents import id_limits, parse_document
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.shards import read_split


class Document(NamedTuple):
    """A document as it was prepared.

    Attributes:
        id: unique within its split.
        text: any bytes.
        true_labels: names, of labels that training has seen.
    """

    id: str
    text: bytes
    true_labels: tuple[str, ...]


def find_document(data: PreparedData, document_id: str, split: str) -> Document:
    """The document of an id.

    Raises:
        UserError: the split has none.
    """
    wanted = _records(data, split).filter(
        lambda record: record["id"] == document_id.encode()
    )
    for document in _documents(wanted, data, split):
        return document
    raise UserError(
        f"The {split} split of {data.folder} has no document {document_id!r}. "
        f"{split}.labels.txt has all ids; --split names another split."
    )


def sample_documents(
    data: PreparedData, split: str, count: int, seed: int
) -> Iterator[Document]:
    """Some documents of a split that have words, drawn at random.

    Args:
        data: the prepared data.
        split: its name.
        count: of documents; all, where there are fewer.
        seed: of the drawing.
    """
    rng = np.random.default_rng(seed)
    total = data.info.split(split).num_documents
    chosen = rng.choice(total, min(count, total), replace=False)
    is_chosen = np.zeros(total, bool)
    is_chosen[chosen] = True
    records = _records(data, split).enumerate()
    some = records.filter(
        lambda i, record: (
            tf.gather(is_chosen, i) & (tf.size(record["token_ids"]) > 0)
        )
    ).map(lambda i, record: record)
    some = some.take(len(chosen))  # None of the rest is read.
    yield from _documents(some, data, split)


def all_documents(data: PreparedData, split: str) -> Iterator[Document]:
    """Every document of a split, in the order of its records.

    Raises:
        UserError: there is no such split, or a record is damaged.
    """
    yield from _documents(_records(data, split), data, split)


def _records(data: PreparedData, split: str) -> tf.data.Dataset:
    limits = id_limits(data.info, split)
    return read_split(data, split).map(
        lambda record: parse_document(record, limits, with_text=True)
    )


def _documents(
    records: tf.data.Dataset, data: PreparedData, split: str
) -> Iterator[Document]:
    names = data.label_names
    for record in input_pipeline.guarded(records, data, split):
        label_ids = record["label_ids"].numpy()
        yield Document(
            record["id"].numpy().decode("utf-8", "replace"),
            record["text"].numpy(),
            tuple(names[i] for i in label_ids if i < len(names)),
        )
