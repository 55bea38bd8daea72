import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems import system_registry
from axml_tf.models.systems.neural_system import NeuralSystem
from axml_tf.models.systems.system_registry import (
    SYSTEMS,
    make_system,
    system_class,
)
from axml_tf.models.systems.xml_rnn import XmlRnn
from axml_tf.runs.training_config import TrainingConfig


def config(**fields):
    return ModelConfig(
        vocab_size=12, num_labels=6, embedding_dim=4, hidden_dim=3, **fields
    )


@pytest.mark.parametrize("name", SYSTEMS)
def test_system_goes_by_its_own_name(name):
    assert SYSTEMS[name].name == name
    assert system_class(config(model=name)) is SYSTEMS[name]
    assert type(make_system(config(model=name))) is SYSTEMS[name]


@pytest.mark.parametrize("name", SYSTEMS)
def test_settings_that_a_system_does_not_know_are_settings(name):
    fields = {field.name for field in dataclasses.fields(TrainingConfig)}
    assert set(SYSTEMS[name].unused_settings) <= fields


def test_default_model_is_one_of_them():
    assert config().model in SYSTEMS


@pytest.mark.parametrize("ask", [system_class, make_system])
def test_unknown_name_is_told_with_those_there_are(ask):
    with pytest.raises(UserError) as error:
        ask(config(model="xml_gnn"))
    assert "attention_xml" in SYSTEMS
    assert str(error.value) == (
        f"--model must be one of {', '.join(SYSTEMS)}; received 'xml_gnn'."
    )


@pytest.mark.parametrize("name", SYSTEMS)
def test_document_without_words_has_scores_and_gradients(name):
    system = make_system(config(model=name))
    # A document without words, and a row that no document fills.
    token_ids = np.array([[0, 0, 0], [3, 4, 0], [0, 0, 0]], np.int32)
    logits, _ = system.best(system.read(token_ids), top_k=6)
    assert np.isfinite(logits).all()
    with tf.GradientTape() as tape:
        loss = system.loss(
            system.read(token_ids, training=True),
            label_ids=np.array([[1], [2], [-1]], np.int32),
            weights=np.array([1, 1, 0], np.float32),
        )
    variables = [v.value for v in system.model.trainable_variables]
    for gradient in tape.gradient(loss, variables):
        assert np.isfinite(tf.convert_to_tensor(gradient)).all()


def test_a_new_system_is_a_class_and_a_line(monkeypatch):
    class Renamed(XmlRnn):
        name = "renamed"

    monkeypatch.setitem(system_registry.SYSTEMS, "renamed", Renamed)
    system = make_system(config(model="renamed"))
    assert isinstance(system, NeuralSystem)
    assert system.model.name == "renamed"


def test_arguments_reach_the_system():
    system = make_system(config(), mixed_precision="bfloat16", jit_compile=True)
    assert system.mixed_precision == "bfloat16"
    assert system.head.compute_dtype == "bfloat16"
    assert system.model.get_layer("bilstm").jit_compile is True
    plain = make_system(config())
    assert plain.head.compute_dtype == "float32"
    assert plain.model.get_layer("bilstm").jit_compile is False
