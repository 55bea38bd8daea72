"""The record on disk: one `tf.train.Example` per document.

| feature     | type        | content                                        |
|-------------|-------------|------------------------------------------------|
| `id`        | bytes       | document id, unique within its split           |
| `text`      | bytes       | the raw text, exactly as it was read           |
| `token_ids` | int64, list | ids of the first `max_length` words            |
| `label_ids` | int64, list | ids of the true labels, ascending, no repeats  |

Label ids below `DatasetInfo.num_labels` were seen in training; ids from
there on occur in other splits only, can never be predicted, and count as
misses in evaluation.
"""

import tensorflow as tf

SCHEMA_VERSION = 1

PAD_ID = 0
UNKNOWN_ID = 1
# No word can be spelt like these: a word holds letters, digits, marks and
# underscores only (`tokenizer.split_words`).
PAD_TOKEN = "<pad>"
UNKNOWN_TOKEN = "<unk>"

# What a record that is no such Example raises. The second stands for the
# first: TensorFlow puts the record's bytes into the message, which Python
# then cannot read.
UNREADABLE = (tf.errors.InvalidArgumentError, UnicodeDecodeError)

FEATURES = {
    "id": tf.io.FixedLenFeature([], tf.string),
    "text": tf.io.FixedLenFeature([], tf.string),
    "token_ids": tf.io.RaggedFeature(tf.int64),
    "label_ids": tf.io.RaggedFeature(tf.int64),
}


def encode(
    document_id: bytes, text: bytes, token_ids: list[int], label_ids: list[int]
) -> bytes:
    """Serializes one document as a `tf.train.Example`."""
    return tf.train.Example(
        features=tf.train.Features(
            feature={
                "id": _bytes_feature(document_id),
                "text": _bytes_feature(text),
                "token_ids": _int_feature(token_ids),
                "label_ids": _int_feature(label_ids),
            }
        )
    ).SerializeToString(deterministic=True)


def parse(
    serialized: tf.Tensor, with_text: bool = False
) -> dict[str, tf.Tensor]:
    """Parses one serialized record.

    Args:
        serialized: scalar string tensor.
        with_text: whether the raw text is wanted too; most steps do without.

    Returns:
        Dictionary of `id` (scalar string), `token_ids` (1-D int32),
        `label_ids` (1-D int32) and, if asked for, `text` (scalar string). An
        id that int32 cannot hold becomes -1 or 2**31 - 1, never an id that
        another label or word has.

    Raises:
        UNREADABLE: one of these errors, if it is no such record.
    """
    wanted = {k: v for k, v in FEATURES.items() if with_text or k != "text"}
    record = tf.io.parse_single_example(serialized, wanted)
    for name in ("token_ids", "label_ids"):
        ids = tf.clip_by_value(record[name], -1, tf.int32.max)
        record[name] = tf.cast(ids, tf.int32)
    return record


def _bytes_feature(value: bytes) -> tf.train.Feature:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def _int_feature(values: list[int]) -> tf.train.Feature:
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))
