"""The client of both APIs, over the wire."""

import builtins

import numpy as np
import pytest
from asking import TEXTS

from axml_tf.console.errors import UserError
from axml_tf.export.client import Client, Label


class Answering:
    """In place of a server: keeps requests, gives one answer."""

    def __init__(self, answer):
        self.answer, self.requests, self.is_closed = answer, [], False

    def call(self, signature, inputs):
        self.requests.append((signature, inputs))
        return self.answer

    def close(self):
        self.is_closed = True


def test_labels_are_names_and_probabilities_of_each_text():
    server = Answering(
        {
            "labels": np.array(
                [["p\u00eache".encode(), b"x"], [b"y", b"z"]], object
            ),
            "probabilities": np.array([[0.5, 0.25], [1, 0]], np.float32),
        }
    )
    with Client(rest="http://nowhere") as client:
        client._server = server
        found = client.labels([b"a", "b"])
    assert found == [
        [Label("p\u00eache", 0.5), Label("x", 0.25)],
        [Label("y", 1.0), Label("z", 0.0)],
    ]
    assert server.requests == [("serving_default", {"text": [b"a", "b"]})]
    assert server.is_closed


@pytest.mark.parametrize("where", [{}, {"grpc": "a:1", "rest": "http://a:2"}])
def test_one_of_both_apis_must_be_named(where):
    with pytest.raises(ValueError, match="Give either `grpc` or `rest`"):
        Client(**where)


def test_missing_extra_is_told_with_its_cure(monkeypatch):
    real_import = builtins.__import__

    def without_serving(name, *args):
        if name == "axml_tf.export.grpc_client":
            raise ModuleNotFoundError("No module named 'grpc'", name="grpc")
        return real_import(name, *args)

    monkeypatch.setattr(builtins, "__import__", without_serving)
    with pytest.raises(
        UserError, match=r"^grpc is missing: pip install 'axml_tf\[serving\]'"
    ):
        Client(grpc="localhost:1")
    Client(rest="http://localhost:1").close()


def test_client_gives_names_and_probabilities(client, expected):
    answer = expected("serving_default", text=TEXTS)
    for row, labels in enumerate(client.labels(TEXTS)):
        assert [label.name for label in labels] == [
            name.decode() for name in answer["labels"][row]
        ]
        np.testing.assert_allclose(
            [label.probability for label in labels],
            answer["probabilities"][row],
            atol=1e-6,
        )
