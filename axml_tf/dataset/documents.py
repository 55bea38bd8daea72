"""Documents of which every id has a word or a label."""

from typing import NamedTuple

import tensorflow as tf

from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.formats import schema

# What the graph says of a document that it refuses.
WRONG_ID = "an id is empty or out of range"


class IdLimits(NamedTuple):
    """The first ids that are too large.

    Attributes:
        token_ids: of words.
        label_ids: of labels.
    """

    token_ids: int
    label_ids: int


def id_limits(info: DatasetInfo, split: str) -> IdLimits:
    """Those of a split: labels not seen in training are not in train."""
    num_unseen = 0 if split == "train" else info.num_unseen_labels
    return IdLimits(info.vocab_size, info.num_labels + num_unseen)


def parse_document(
    record: tf.Tensor, limits: IdLimits, with_text: bool = False
) -> dict[str, tf.Tensor]:
    """Parses a record and checks it.

    Args:
        record: scalar string.
        limits: which ids there are.
        with_text: whether its text is wanted.

    Returns:
        What `schema.parse` does.

    Raises:
        schema.UNREADABLE: one of these errors, for a record that does not
            parse, has an id out of range, or an empty document id.
    """
    document = schema.parse(record, with_text)
    is_right = tf.strings.length(document["id"]) > 0
    for name, limit in limits._asdict().items():
        is_right &= tf.reduce_all(in_range(document[name], limit))
    with tf.control_dependencies([tf.debugging.Assert(is_right, [WRONG_ID])]):
        return {name: tf.identity(value) for name, value in document.items()}


def in_range(ids: tf.Tensor, limit: int) -> tf.Tensor:
    """Which of some int32 ids are at least 0 and below `limit`."""
    # Without a sign, an id below 0 is a large one.
    return tf.bitcast(ids, tf.uint32) < limit
