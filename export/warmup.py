"""Requests that a server makes of itself before others may.

TensorFlow Serving reads them from
`assets.extra/tf_serving_warmup_requests` beside the model.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import tensorflow as tf

from axml_tf import schema
from axml_tf.dataset_info import DatasetInfo
from axml_tf.input_pipeline import shard_paths
from axml_tf.length_buckets import bucket_lengths
from export import signatures

WARMUP_FILE = "assets.extra/tf_serving_warmup_requests"
_SPLIT = "train"
# Documents looked at for one of each length.
_MOST_DOCUMENTS = 2_000


def write_warmup(
    path: Path,
    model: str,
    data_dir: str | os.PathLike,
    info: DatasetInfo,
    max_length: int,
) -> int:
    """Writes requests made of training documents of every length.

    Args:
        path: folder of the exported version.
        model: name of the model in the requests.
        data_dir: folder of the data that it was trained on.
        info: what is in it.
        max_length: words that the model reads.

    Returns:
        Number of requests.

    Raises:
        ModuleNotFoundError: `tensorflow-serving-api` is not installed.
    """
    from tensorflow_serving.apis import prediction_log_pb2

    texts = _texts_of_all_lengths(data_dir, info, max_length)
    requests = [(signatures.SERVE, text) for text in texts]
    # The other signatures share the network; their own part is small.
    requests += [(signatures.EXPLAIN, text) for text in texts[-1:]]
    file = path / WARMUP_FILE
    file.parent.mkdir()
    with tf.io.TFRecordWriter(os.fspath(file)) as writer:
        for signature, text in requests:
            log = prediction_log_pb2.PredictionLog()
            request = log.predict_log.request
            request.model_spec.name = model
            request.model_spec.signature_name = signature
            request.inputs["text"].CopyFrom(
                tf.make_tensor_proto([text], tf.string)
            )
            writer.write(log.SerializeToString())
    return len(requests)


def _texts_of_all_lengths(
    data_dir: str | os.PathLike, info: DatasetInfo, max_length: int
) -> list[bytes]:
    """A text for each of the lengths that batches are padded to."""
    percentiles = info.split(_SPLIT).length_percentiles
    ends = bucket_lengths(percentiles, max_length)
    found = {}
    for text, length in _documents(data_dir, info):
        fitting = [end for end in ends if length <= end]
        # The longest ones are cut to the last length.
        found.setdefault(fitting[0] if fitting else ends[-1], text)
        if len(found) == len(ends):
            break
    return [found[end] for end in sorted(found)]


def _documents(
    data_dir: str | os.PathLike, info: DatasetInfo
) -> Iterator[tuple[bytes, int]]:
    records = tf.data.TFRecordDataset(
        shard_paths(data_dir, info, _SPLIT), info.compression
    ).take(_MOST_DOCUMENTS)
    for record in records:
        document = schema.parse(record, with_text=True)
        yield document["text"].numpy(), len(document["token_ids"])
