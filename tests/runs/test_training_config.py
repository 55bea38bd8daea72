import dataclasses

import pytest

from axml_tf.console.errors import UserError
from axml_tf.models.model_config import ModelConfig
from axml_tf.runs.training_config import TrainingConfig

MODEL = ModelConfig(vocab_size=100, num_labels=9, fc_dims=(8, 4))
TRAINING = TrainingConfig(batch_size=10)


def test_defaults_are_the_medium_settings_of_the_paper():
    assert (MODEL.hidden_dim, MODEL.dropout) == (256, 0.5)
    assert ModelConfig(2, 1).fc_dims == (256,)
    defaults = TrainingConfig()
    assert (defaults.batch_size, defaults.max_epochs) == (40, 50)
    assert defaults.learning_rate == 1e-3
    assert (defaults.warmup_steps, defaults.decay_epochs) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        (ModelConfig, {"vocab_size": 0}, "--vocab_size must be at least 1"),
        (ModelConfig, {"num_labels": 0}, "--num_labels must be at least 1"),
        (ModelConfig, {"hidden_dim": -3}, "--hidden_dim must be at least 1"),
        (
            ModelConfig,
            {"embedding_dim": 0},
            "--embedding_dim must be at least 1; received 0.",
        ),
        (
            ModelConfig,
            {"fc_dims": ()},
            "--fc_dims must be one or two positive integers; received ().",
        ),
        (ModelConfig, {"fc_dims": (3, 2, 1)}, "--fc_dims must be one or two"),
        (ModelConfig, {"fc_dims": (3, 0)}, "--fc_dims must be one or two"),
        (ModelConfig, {"dropout": 1.0}, "--dropout must be in [0, 1)"),
        (
            ModelConfig,
            {"embedding_dropout": -0.1},
            "--embedding_dropout must be in [0, 1); received -0.1.",
        ),
        (TrainingConfig, {"batch_size": 0}, "--batch_size must be at least 1"),
        (TrainingConfig, {"max_epochs": 0}, "--max_epochs must be at least 1"),
        (TrainingConfig, {"max_length": 0}, "--max_length must be at least 1"),
        (
            TrainingConfig,
            {"checkpoint_every": "0"},
            "--checkpoint_every must be a number of steps, or of minutes",
        ),
        (
            TrainingConfig,
            {"shuffle_buffer": 0},
            "--shuffle_buffer must be at least 1",
        ),
        (
            TrainingConfig,
            {"learning_rate": 0.0},
            "--learning_rate must be above 0; received 0.0.",
        ),
        (
            TrainingConfig,
            {"learning_rate": float("nan")},
            "--learning_rate must be above 0",
        ),
        (TrainingConfig, {"warmup_steps": -1}, "--warmup_steps must be at le"),
        (TrainingConfig, {"decay_epochs": -1}, "--decay_epochs must be at le"),
        (
            TrainingConfig,
            {"gradient_clip_norm": -1.0},
            "--gradient_clip_norm must be at least 0",
        ),
        (
            TrainingConfig,
            {"early_stopping_patience": -1},
            "--early_stopping_patience must be at least 0",
        ),
        (TrainingConfig, {"validate_every": -1}, "--validate_every must be a"),
        (TrainingConfig, {"num_replicas": -1}, "--num_replicas must be at l"),
        (
            TrainingConfig,
            {"label_chunk_size": -1},
            "--label_chunk_size must be at least 0; received -1.",
        ),
        (
            TrainingConfig,
            {"mixed_precision": "float32"},
            "--mixed_precision must be one of none, bfloat16, float16; "
            "received 'float32'.",
        ),
    ],
)
def test_value_out_of_range_is_refused(kind, values, message):
    base = {"vocab_size": 5, "num_labels": 3} if kind is ModelConfig else {}
    with pytest.raises(UserError) as error:
        kind(**{**base, **values})
    assert str(error.value).startswith(message)


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        TRAINING.batch_size = 3
