"""The documents of a prepared split with their texts, in a known order."""

from collections.abc import Iterator

import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import Document
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.shards import read_shard
from axml_tf.formats import schema


def read_documents(data: PreparedData, split: str) -> Iterator[Document]:
    """Yields the documents in the order of SPLIT.labels.txt, without labels.

    Only ids and texts of the records are read: neither vocab.txt nor the
    tokenizer's version has to fit.

    Raises:
        UserError: the records are missing, damaged, or have other ids than
            SPLIT.labels.txt.
    """
    paths = [data.folder / shard for shard in data.info.split(split).shards]
    for path in paths:
        if not path.is_file():
            raise UserError(f"{path} is missing. Prepare the data again.")
    # They were dealt to the shards in turn.
    records = tf.data.Dataset.from_tensor_slices(list(map(str, paths)))
    records = records.interleave(
        lambda path: read_shard(path, data.info.compression),
        cycle_length=len(paths),
        block_length=1,
    )
    records = records.map(_id_and_text, num_parallel_calls=tf.data.AUTOTUNE)
    names = (name for name, _ in data.true_labels(split))
    damaged = UserError(
        f"The records of the {split} split of {data.folder} are damaged, or "
        f"not those of {data.true_labels_path(split)}. Prepare the data again."
    )
    try:
        for document_id, content in records.as_numpy_iterator():
            name = next(names, None)
            if name is None or document_id != name.encode():
                raise damaged
            yield Document(name, content, ())
    except (tf.errors.DataLossError, tf.errors.InvalidArgumentError) as error:
        raise damaged from error
    if next(names, None) is not None:
        raise damaged


def _id_and_text(record: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    document = schema.parse(record, with_text=True)
    return document["id"], document["text"]
