"""Requests that a server makes of itself before others may.

TensorFlow Serving reads them from
`assets.extra/tf_serving_warmup_requests` beside the model. They are made of
words of the vocabulary: no text of a training document goes with a model.
"""

import itertools
import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from axml_tf.dataset.length_buckets import bucket_lengths
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.formats import signatures

WARMUP_FILE = "assets.extra/tf_serving_warmup_requests"
# Ids of padding and of unknown words, which are no words.
_NO_WORDS = 2


def write_warmup(
    path: Path, model: str, data: PreparedData, *, max_length: int
) -> None:
    """Writes requests of the lengths that training documents have.

    One of each length for `serving_default`, and the longest one for each of
    the other signatures.

    Args:
        path: folder of the exported version.
        model: name of the model in the requests.
        data: vocabulary and labels of the model.
        max_length: words that the model reads.

    Raises:
        ModuleNotFoundError: `tensorflow-serving-api` is not installed.
    """
    from tensorflow_serving.apis import prediction_log_pb2

    documents = _documents_of_all_lengths(data, max_length)
    requests: list[tuple[str, dict[str, Any]]] = [
        (signatures.SERVE, {"text": [document.text]}) for document in documents
    ]
    requests += _to_all_others(documents[-1], data.label_names[0])
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
    data: PreparedData, max_length: int
) -> list[_Document]:
    """A document for each of the lengths that batches are padded to."""
    percentiles = data.info.split("train").length_percentiles
    return [
        _document(data, length)
        for length in bucket_lengths(percentiles, max_length)
    ]


def _document(data: PreparedData, length: int) -> _Document:
    """The first words of the vocabulary, over and over."""
    with open(data.vocabulary_path, "rb") as file:
        lines = itertools.islice(file, _NO_WORDS, _NO_WORDS + length)
        words = [line.removesuffix(b"\n") for line in lines] or [b"unknown"]
    ids = range(_NO_WORDS, _NO_WORDS + len(words))
    return _Document(
        b" ".join(itertools.islice(itertools.cycle(words), length)),
        np.resize(np.array(ids, np.int32), length)
        if data.info.vocab_size > _NO_WORDS
        else np.ones(length, np.int32),
    )
