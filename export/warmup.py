"""Requests that a server makes of itself before others may.

TensorFlow Serving reads them from
`assets.extra/tf_serving_warmup_requests` beside the model.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.dataset.length_buckets import bucket_lengths
from axml_tf.dataset.shards import read_split
from axml_tf.formats import schema, signatures

WARMUP_FILE = "assets.extra/tf_serving_warmup_requests"
_SPLIT = "train"
# Documents looked at for one of each length.
_MOST_DOCUMENTS = 2_000


def write_warmup(
    path: Path,
    model: str,
    label: str,
    data_dir: str | os.PathLike,
    info: DatasetInfo,
    max_length: int,
) -> None:
    """Writes requests made of training documents.

    One of each length for `serving_default`, and the longest one for each of
    the other signatures.

    Args:
        path: folder of the exported version.
        model: name of the model in the requests.
        label: name of a label that it knows.
        data_dir: folder of the data that it was trained on.
        info: what is in it.
        max_length: words that the model reads.

    Raises:
        ModuleNotFoundError: `tensorflow-serving-api` is not installed.
    """
    from tensorflow_serving.apis import prediction_log_pb2

    documents = _documents_of_all_lengths(data_dir, info, max_length)
    requests = [(signatures.SERVE, {"text": [x.text]}) for x in documents]
    for longest in documents[-1:]:
        requests += _to_all_others(longest, label)
    file = path / WARMUP_FILE
    file.parent.mkdir()
    with tf.io.TFRecordWriter(os.fspath(file)) as writer:
        for signature, inputs in requests:
            log = prediction_log_pb2.PredictionLog()
            request = log.predict_log.request
            request.model_spec.name = model
            request.model_spec.signature_name = signature
            for name, value in inputs.items():
                request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
            writer.write(log.SerializeToString())


class _Document(NamedTuple):
    text: bytes
    token_ids: np.ndarray


def _to_all_others(
    document: _Document, label: str
) -> list[tuple[str, dict[str, Any]]]:
    """A request to each signature but the first: its name and its inputs."""
    text = [document.text]
    example = tf.train.Example()
    example.features.feature["text"].bytes_list.value.append(document.text)
    serialized = [example.SerializeToString()]
    return [
        (signatures.EXPLAIN, {"text": text}),
        (signatures.EXPLAIN_LABEL, {"text": text, "label": [label]}),
        (
            signatures.TOP_K,
            {
                "text": text,
                "k": np.ones(1, np.int32),
                "threshold": np.zeros(1, np.float32),
            },
        ),
        (signatures.EXAMPLES, {"examples": serialized}),
        (signatures.CLASSIFY, {"inputs": serialized}),
        (signatures.TOKEN_IDS, {"token_ids": document.token_ids[None]}),
    ]


def _documents_of_all_lengths(
    data_dir: str | os.PathLike, info: DatasetInfo, max_length: int
) -> list[_Document]:
    """A document for each of the lengths that batches are padded to."""
    percentiles = info.split(_SPLIT).length_percentiles
    ends = bucket_lengths(percentiles, max_length)
    found = {}
    for document in _documents(data_dir, info):
        fitting = [end for end in ends if len(document.token_ids) <= end]
        # The longest ones are cut to the last length.
        found.setdefault(fitting[0] if fitting else ends[-1], document)
        if len(found) == len(ends):
            break
    return [found[end] for end in sorted(found)]


def _documents(
    data_dir: str | os.PathLike, info: DatasetInfo
) -> Iterator[_Document]:
    records = read_split(data_dir, info, _SPLIT)
    for record in records.take(_MOST_DOCUMENTS):
        document = schema.parse(record, with_text=True)
        yield _Document(document["text"].numpy(), document["token_ids"].numpy())
