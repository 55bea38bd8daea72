import dataclasses

import pytest

from axml_tf.console.errors import UserError
from axml_tf.models.model_config import ModelConfig

SIZES = {"vocab_size": 100, "num_labels": 9}


def test_defaults_are_the_papers_for_its_medium_sets():
    config = ModelConfig(**SIZES)
    assert (config.embedding_dim, config.hidden_dim) == (300, 256)
    assert config.fc_dims == (256,)
    assert (config.dropout, config.embedding_dropout) == (0.5, 0.2)
    assert (config.model, config.encoder) == ("attention_xml", "lstm")
    assert config.trainable_embeddings and not config.label_bias


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"vocab_size": 0}, "--vocab_size must be at least 1; received 0."),
        ({"num_labels": 0}, "--num_labels must be at least 1; received 0."),
        ({"hidden_dim": -3}, "--hidden_dim must be at least 1; received -3."),
        (
            {"embedding_dim": 0},
            "--embedding_dim must be at least 1; received 0.",
        ),
        (
            {"fc_dims": ()},
            "--fc_dims must be one or two positive integers; received ().",
        ),
        (
            {"fc_dims": (3, 2, 1)},
            "--fc_dims must be one or two positive integers; received "
            "(3, 2, 1).",
        ),
        (
            {"fc_dims": (3, 0)},
            "--fc_dims must be one or two positive integers; received (3, 0).",
        ),
        ({"dropout": 1.0}, "--dropout must be in [0, 1); received 1.0."),
        (
            {"embedding_dropout": -0.1},
            "--embedding_dropout must be in [0, 1); received -0.1.",
        ),
    ],
)
def test_value_out_of_range_is_refused(values, message):
    with pytest.raises(UserError) as error:
        ModelConfig(**{**SIZES, **values})
    assert str(error.value) == message


def test_layers_may_come_as_a_list_as_json_has_them():
    config = ModelConfig(**SIZES, fc_dims=[8, 4])
    assert config == ModelConfig(**SIZES, fc_dims=(8, 4))
    assert config.fc_dims == (8, 4)


def test_config_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ModelConfig(**SIZES).hidden_dim = 3
