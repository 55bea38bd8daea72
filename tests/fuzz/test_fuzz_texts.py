"""Any bytes as a text, through an exported model."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from mutations import AWKWARD, corrupted
from promises import time_limit

from axml_tf.export.export_model import export_model
from axml_tf.export.server.request_errors import RequestError
from axml_tf.export.server.servable import Servable
from axml_tf.formats import signatures
from axml_tf.runs.trained_model import TrainedModel

MAX_BYTES = 2**20
TEXT = (
    "The FISH quota of 1998, pêche: שלום 日本 e\u0301 ﬁ ǅ \U0001f600 a_b"
).encode()

_UNITS = st.one_of(
    st.sampled_from(AWKWARD), st.binary(min_size=1, max_size=9), st.just(TEXT)
)
long_texts = st.builds(
    lambda unit, length, end: (unit * (length // len(unit) + 1))[:length] + end,
    _UNITS,
    st.sampled_from([5_000, 65_536, 1_000_000]),
    st.binary(max_size=5),
)
texts = st.one_of(*[corrupted(TEXT)] * 9, st.text().map(str.encode), long_texts)


@pytest.fixture(scope="module")
def exported(trained_run, generated, tmp_path_factory):
    """Folder of a small exported model, and its labels."""
    path = export_model(
        TrainedModel(trained_run.model_dir),
        tmp_path_factory.mktemp("exported") / "axml",
        top_k=3,
    )
    return path, [name.encode() for name in generated.data.label_names]


@pytest.fixture(scope="module")
def explain(exported):
    """The signature that answers with all that there is of a text."""
    # Kept until the end: without it the function loses its variables.
    loaded = tf.saved_model.load(str(exported[0]))
    yield loaded.signatures[signatures.EXPLAIN]


@pytest.fixture(scope="module")
def servable(exported):
    return Servable(exported[0], "axml", 1)


@given(batch=st.lists(texts.filter(lambda x: len(x) <= MAX_BYTES), max_size=3))
def test_any_bytes_are_answered(exported, explain, batch):
    _, names = exported
    with time_limit(30):
        answer = explain(text=tf.constant(batch, tf.string, [len(batch)]))
    check(
        {name: tensor.numpy() for name, tensor in answer.items()}, batch, names
    )


# TensorFlow puts what it refuses into its message, which Python cannot read
# where that is no UTF-8, and searches for minutes where it ends in a NUL.
@pytest.mark.parametrize(
    ("signature", "name", "wrong"),
    [
        (signatures.EXAMPLES, "examples", b"\n\x7f\xff"),
        (signatures.EXAMPLES, "examples", b"[" * 40_000 + b"\0"),
        (signatures.EXPLAIN_LABEL, "label", b"\n\x7f\xff"),
    ],
    ids=["not UTF-8", "NUL", "label"],
)
def test_any_bytes_are_refused(servable, signature, name, wrong):
    inputs = {name: np.array([wrong], object)}
    if name == "label":
        inputs["text"] = np.array([b"fish"], object)
    with time_limit(5), pytest.raises(RequestError):
        servable.run(signature, servable.check(signature, inputs))


def check(answer, batch, names):
    """The answer is what `signatures.py` says of it."""
    scores, label_ids = answer["probabilities"], answer["label_ids"]
    assert scores.shape == label_ids.shape == (len(batch), 3)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert (np.diff(scores) <= 0).all()
    for row in range(len(batch)):
        assert len(set(label_ids[row])) == 3
        assert [names[label] for label in label_ids[row]] == list(
            answer["labels"][row]
        )
        for word, start, end in zip(
            *(answer[name][row] for name in ("tokens", "starts", "ends")),
            strict=True,
        ):
            written = b"" if start < 0 else batch[row][start:end]
            assert word.decode() == _text(written)
    sums = answer["attention"].sum(-1)
    has_words = (answer["starts"] >= 0).any(-1)
    np.testing.assert_allclose(
        sums, np.repeat(has_words[:, None], 3, 1), atol=1e-5
    )


def _text(written):
    return written.decode("utf-8", "replace")
