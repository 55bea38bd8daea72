import itertools
import json
import os
import sys

import numpy as np
import pytest
import tensorflow as tf
from served_model import VOCABULARY
from tensorflow_serving.apis import prediction_log_pb2

from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.tokenizer import Tokenizer
from axml_tf.export.export_model import export_model
from axml_tf.export.warmup import WARMUP_FILE, write_warmup
from axml_tf.runs.trained_model import TrainedModel


def requests_in(folder):
    """Signature and inputs of each request of an exported version."""
    for record in tf.data.TFRecordDataset(os.fspath(folder / WARMUP_FILE)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        assert request.model_spec.name == "axml"
        yield (
            request.model_spec.signature_name,
            {
                name: tf.make_ndarray(value)
                for name, value in request.inputs.items()
            },
        )


def test_warmup_covers_every_length_and_every_signature(exported, call):
    lengths, signatures = [], []
    for signature, inputs in requests_in(exported):
        call(signature, **inputs)
        signatures.append(signature)
        if signature == "serving_default":
            (text,) = inputs["text"]
            lengths.append(len(text.split()))
    # Half of the training documents have 1 word, 30 % at most 4, the rest
    # more than the 20 that the model reads.
    assert lengths == [1, 4, 20]
    definition = tf.saved_model.load(str(exported))
    assert set(signatures) == set(definition.signatures)


def test_texts_are_words_of_the_vocabulary_over_and_over(exported, trained):
    tokenizer = Tokenizer(trained.data_dir / "vocab.txt", trained.max_length)
    for signature, inputs in requests_in(exported):
        if "token_ids" in inputs:
            (ids,) = inputs["token_ids"]
            assert ids.dtype == np.int32
            assert len(ids) == 20
        elif "text" in inputs:
            (text,) = inputs["text"]
            words = text.decode("utf-8").split(" ")
            cycle = itertools.cycle(VOCABULARY[2:])
            assert words == list(itertools.islice(cycle, len(words)))
            (ids,) = tokenizer(tf.constant([text])).token_ids.numpy()
        else:
            (example,) = next(iter(inputs.values()))
            features = tf.train.Example.FromString(example).features.feature
            (text,) = features["text"].bytes_list.value
            (ids,) = tokenizer(tf.constant([text])).token_ids.numpy()
        expected = itertools.islice(itertools.cycle(range(2, 7)), len(ids))
        assert list(ids) == list(expected), signature


def data_of(folder, words, percentiles):
    """What a model folder keeps, of this vocabulary."""
    description = json.loads((folder / "dataset.json").read_text())
    description["vocab_size"] = 2 + len(words)
    description["splits"]["train"]["length_percentiles"] = percentiles
    (folder / "dataset.json").write_text(json.dumps(description))
    lines = ["<pad>", "<unk>", *words]
    (folder / "vocab.txt").write_text("".join(f"{x}\n" for x in lines))
    return PreparedData(folder)


@pytest.mark.parametrize(
    ("words", "expected_text", "expected_ids"),
    [
        (["a", "b"], b"a b a", [2, 3, 2]),
        (["a", "b", "c", "d"], b"a b c", [2, 3, 4]),
        # Nothing but the unknown word.
        ([], b"unknown unknown unknown", [1, 1, 1]),
    ],
)
def test_vocabulary_of_any_size_will_do(
    trained, tmp_path, *, words, expected_text, expected_ids
):
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("dataset.json", "labels.txt"):
        (folder / name).write_bytes((trained.data_dir / name).read_bytes())
    data = data_of(folder, words, [3] * 101)
    write_warmup(tmp_path, "axml", data, max_length=500)
    requests = list(requests_in(tmp_path))
    (first, *_, last) = requests
    assert first[0] == "serving_default"
    assert first[1]["text"].tolist() == [expected_text]
    assert last[0] == "token_ids"
    assert last[1]["token_ids"].tolist() == [expected_ids]


def test_without_the_api_of_tensorflow_serving_there_are_none(
    trained, tmp_path, monkeypatch, capsys
):
    # None in place of a module makes its import fail.
    for name in ("tensorflow_serving", "tensorflow_serving.apis"):
        monkeypatch.setitem(sys.modules, name, None)
    path = export_model(TrainedModel(trained.model_dir), tmp_path / "axml")
    assert "No warm-up requests: tensorflow_serving" in capsys.readouterr().out
    assert not (path / WARMUP_FILE).exists()
    assert (path / "saved_model.pb").is_file()
