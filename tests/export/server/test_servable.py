"""One exported version, loaded as the server does."""

import shutil

import numpy as np
import pytest
import tensorflow as tf
from asking import TEXTS

from axml_tf.console.errors import UserError
from axml_tf.export.server.request_errors import RequestError
from axml_tf.export.server.servable import Servable
from axml_tf.export.warmup import WARMUP_FILE
from axml_tf.formats import signatures


@pytest.fixture(scope="module")
def servable(exported):
    return Servable(exported, "axml", 1)


def texts(*values):
    return {"text": np.array(values, object)}


def example(**features):
    """A serialized example; a text by each name."""
    made = tf.train.Example()
    for name, text in features.items():
        made.features.feature[name].bytes_list.value.append(text)
    return made.SerializeToString()


def test_answers_are_those_of_the_saved_model(servable, call):
    inputs = servable.check("explain", texts(*TEXTS))
    answer = servable.run("explain", inputs)
    expected = call("explain", text=TEXTS)
    assert answer.keys() == expected.keys()
    assert answer["labels"].tolist() == expected["labels"].tolist()
    np.testing.assert_allclose(
        answer["attention"], expected["attention"], atol=1e-6
    )


def test_signatures_are_those_that_a_client_may_call(servable):
    assert set(servable.signature_defs) == {
        *(signatures.SERVE, signatures.EXAMPLES, signatures.CLASSIFY),
        *(signatures.TOKEN_IDS, signatures.TOP_K),
        *(signatures.EXPLAIN, signatures.EXPLAIN_LABEL),
    }
    infos = servable.inputs_of(signatures.TOP_K)
    assert {name: tf.as_dtype(x.dtype) for name, x in infos.items()} == {
        "text": tf.string,
        "k": tf.int32,
        "threshold": tf.float32,
    }


@pytest.mark.parametrize(
    ("signature", "inputs", "words"),
    [
        ("no_such", texts(b"a"), 'signature key "no_such" not found.'),
        (
            *("explain", {"texts": np.zeros(1, object)}),
            "'explain' takes the inputs ['text']; received ['texts'].",
        ),
        ("explain", {}, "takes the inputs ['text']; received []."),
        (
            *("explain", {"text": np.zeros(1, np.int32)}),
            "Input 'text' must be of type string; received int32.",
        ),
        (
            *("token_ids", {"token_ids": np.zeros((1, 2), np.int64)}),
            "Input 'token_ids' must be of type int32; received int64.",
        ),
        (
            *("token_ids", {"token_ids": np.zeros(2, np.int32)}),
            "'token_ids' must be of shape [None, None]; received [2].",
        ),
        (
            "top_k",
            {
                **texts(b"a", b"b"),
                "k": np.ones(1, np.int32),
                "threshold": np.ones(2, np.float32),
            },
            "All inputs must have the same number of rows; received {",
        ),
        (
            "classify",
            {"inputs": np.array([example(text=b"a"), b"\xff"], object)},
            "Row 1 is no tf.train.Example.",
        ),
    ],
)
def test_inputs_that_do_not_fit_are_refused(servable, signature, inputs, words):
    with pytest.raises(RequestError) as error:
        servable.check(signature, inputs)
    assert words in error.value.message
    assert error.value.http_status == 400


def test_what_tensorflow_does_not_know_of_an_example_is_not_passed_on(servable):
    row = example(text=b"fish")
    # A field of number 15 that holds two bytes.
    (kept,) = servable.check(
        "examples", {"examples": np.array([row + b"\x7a\x02ab"], object)}
    )["examples"]
    assert kept == row


@pytest.mark.parametrize(
    ("signature", "inputs", "words"),
    [
        (
            "top_k",
            {
                **texts(b"a"),
                "k": np.array([8], np.int32),
                "threshold": np.zeros(1, np.float32),
            },
            "k must be from 1 to 7",
        ),
        (
            *("explain_label", {**texts(b"a"), **{"label": np.array([b"no"])}}),
            "no label of this name",
        ),
        (
            *("token_ids", {"token_ids": np.array([[7]], np.int32)}),
            "indices",
        ),
    ],
)
def test_content_that_the_graph_refuses_is_one_line(
    servable, signature, inputs, words
):
    with pytest.raises(RequestError, match=words) as error:
        servable.run(signature, inputs)
    assert error.value.http_status == 400
    assert "\n" not in error.value.message


def test_version_that_is_damaged_is_told(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"\xff")
    with pytest.raises(UserError, match=f"^{tmp_path} cannot be loaded"):
        Servable(tmp_path, "axml", 1)


@pytest.mark.parametrize(
    "content",
    [b"no records of any kind", b"\xff" * 100, "no request"],
)
def test_damaged_warmup_requests_are_one_line(exported, tmp_path, content):
    version = tmp_path / "axml" / "1"
    shutil.copytree(exported, version)
    if content == "no request":
        # A whole record, which holds no PredictionLog.
        with tf.io.TFRecordWriter(str(version / WARMUP_FILE)) as writer:
            writer.write(b"\xff\xff\xff")
    else:
        (version / WARMUP_FILE).write_bytes(content)
    with pytest.raises(UserError, match="warmup_requests is damaged"):
        Servable(version, "axml", 1)
