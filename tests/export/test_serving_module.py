"""The module itself; `test_signatures.py` has what an export answers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from axml_tf.export.serving_module import ServingModule, write_label_names
from axml_tf.formats import signatures
from axml_tf.models.systems.neural_system import NeuralSystem
from axml_tf.runs.trained_model import TrainedModel

TEXTS = [b"The FISH quota, of 1998", b"fish the quota " * 30, b""]


@pytest.fixture(scope="module")
def module(trained, tmp_path_factory):
    model = TrainedModel(trained.model_dir)
    return ServingModule(
        model.system,
        model.tokenizer,
        write_label_names(model.label_names, tmp_path_factory.mktemp("names")),
        top_k=3,
        max_top_k=len(model.label_names),
    )


def test_there_is_a_function_for_every_signature(module):
    names = {
        value for name, value in vars(signatures).items() if name.isupper()
    }
    assert module.signatures().keys() == names


@pytest.mark.parametrize(
    ("signature", "inputs"),
    [
        ("serving_default", {"text": TEXTS}),
        ("explain", {"text": TEXTS}),
        (
            "explain_label",
            {"text": TEXTS, "label": ["trade", "x", "law, old"]},
        ),
        ("top_k", {"text": TEXTS, "k": [1, 7, 2], "threshold": [0.5] * 3}),
        ("token_ids", {"token_ids": [[3, 4, 0], [2, 2, 6]]}),
    ],
)
def test_it_answers_as_what_is_exported(module, call, signature, inputs):
    expected = call(signature, **inputs)
    answer = module.signatures()[signature](
        **{name: tf.constant(value) for name, value in inputs.items()}
    )
    assert answer.keys() == expected.keys()
    for name, values in expected.items():
        if values.dtype.kind == "f":
            np.testing.assert_allclose(answer[name], values, atol=1e-6)
        else:
            np.testing.assert_array_equal(answer[name], values)


def test_it_holds_the_variables_and_not_the_keras_model(module, trained):
    assert len(module.variables) == len(trained.model.variables)
    kinds = (keras.Layer, NeuralSystem)
    assert not [x for x in vars(module).values() if isinstance(x, kinds)]


def test_label_names_are_a_line_each_as_they_are(tmp_path):
    names = ["a, b", "pêche", "שלום", " x "]
    path = write_label_names(iter(names), tmp_path)
    assert path.read_bytes().decode("utf-8").split("\n") == [*names, ""]
