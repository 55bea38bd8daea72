import dataclasses

import pytest

from axml_tf.console.errors import UserError
from axml_tf.runs.training_config import TrainingConfig


def test_defaults_are_the_medium_settings_of_the_paper():
    defaults = TrainingConfig()
    assert (defaults.batch_size, defaults.max_epochs) == (40, 50)
    assert defaults.learning_rate == 1e-3
    assert (defaults.warmup_steps, defaults.decay_epochs) == (0, 0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"batch_size": 0}, "--batch_size must be at least 1"),
        ({"max_epochs": 0}, "--max_epochs must be at least 1"),
        ({"max_length": 0}, "--max_length must be at least 1"),
        (
            {"checkpoint_every": "0"},
            "--checkpoint_every must be a number of steps, or of minutes",
        ),
        (
            {"checkpoint_every": "10 min"},
            "--checkpoint_every must be a number of steps, or of minutes as "
            "in 10min; received '10 min'.",
        ),
        ({"keep_checkpoints": 0}, "--keep_checkpoints must be at least 1"),
        ({"attention_every": -1}, "--attention_every must be at least 0"),
        ({"shuffle_buffer": 0}, "--shuffle_buffer must be at least 1"),
        (
            {"learning_rate": 0.0},
            "--learning_rate must be above 0; received 0.0.",
        ),
        (
            {"learning_rate": float("nan")},
            "--learning_rate must be above 0",
        ),
        ({"warmup_steps": -1}, "--warmup_steps must be at least 0"),
        ({"decay_epochs": -1}, "--decay_epochs must be at least 0"),
        (
            {"gradient_clip_norm": -1.0},
            "--gradient_clip_norm must be at least 0",
        ),
        (
            {"gradient_clip_factor": -1.0},
            "--gradient_clip_factor must be at least 0",
        ),
        ({"swa_start_epoch": -1}, "--swa_start_epoch must be at least 0"),
        (
            {"early_stopping_patience": -1},
            "--early_stopping_patience must be at least 0",
        ),
        ({"validate_every": -1}, "--validate_every must be at least 0"),
        ({"num_replicas": -1}, "--num_replicas must be at least 0"),
        (
            {"label_chunk_size": -1},
            "--label_chunk_size must be at least 0; received -1.",
        ),
        (
            {"mixed_precision": "float32"},
            "--mixed_precision must be one of none, bfloat16, float16; "
            "received 'float32'.",
        ),
        (
            {"on_bad_record": "ignore"},
            "--on_bad_record must be one of fail, skip; received 'ignore'.",
        ),
    ],
)
def test_value_out_of_range_is_refused(values, message):
    with pytest.raises(UserError) as error:
        TrainingConfig(**values)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("every", ["1", "500", "10min"])
def test_checkpoints_come_by_steps_or_by_minutes(every):
    assert TrainingConfig(checkpoint_every=every).checkpoint_every == every


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        TrainingConfig().batch_size = 3
