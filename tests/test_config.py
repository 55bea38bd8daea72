import dataclasses
import json

import pytest

from axml_tf import config
from axml_tf.config import ModelConfig, TrainingConfig
from axml_tf.errors import UserError

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
            {"checkpoint_every": 0},
            "--checkpoint_every must be at least 1",
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


def test_claimed_settings_are_read_back(tmp_path):
    config.claim(tmp_path / "new", MODEL, TRAINING, "f00d")
    loaded = config.load(tmp_path / "new")
    assert loaded == (MODEL, TRAINING, "f00d")
    assert loaded[0].fc_dims == (8, 4)


def test_same_run_may_be_claimed_again(tmp_path):
    for _ in range(2):
        config.claim(tmp_path, MODEL, TRAINING, "f00d")


def test_end_and_rhythm_of_a_run_may_change(tmp_path):
    config.claim(tmp_path, MODEL, TRAINING, "f00d")
    changed = dataclasses.replace(
        TRAINING,
        max_epochs=99,
        checkpoint_every=7,
        early_stopping_patience=2,
        label_chunk_size=1000,
    )
    config.claim(tmp_path, MODEL, changed, "f00d")
    assert config.load(tmp_path)[1] == changed


def test_run_of_other_settings_is_refused_with_their_names(tmp_path):
    config.claim(tmp_path, MODEL, TRAINING, "f00d")
    with pytest.raises(UserError) as error:
        config.claim(
            tmp_path,
            dataclasses.replace(MODEL, fc_dims=(8,)),
            dataclasses.replace(TRAINING, seed=3, max_epochs=99),
            "f00d",
        )
    assert str(error.value) == (
        f"{tmp_path} holds a run of other settings: fc_dims was (8, 4), is "
        "(8,); seed was 0, is 3. Name another --model_dir, or train with the "
        "settings it has."
    )
    # What stood there is untouched.
    assert config.load(tmp_path) == (MODEL, TRAINING, "f00d")


def test_run_on_other_data_is_refused(tmp_path):
    config.claim(tmp_path, MODEL, TRAINING, "f00d")
    with pytest.raises(UserError, match="holds a run on other data"):
        config.claim(tmp_path, MODEL, TRAINING, "beef")


def test_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(UserError, match=r"config\.json is missing"):
        config.load(tmp_path)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda content: content["training"].update(colour=1), "colour"),
        (lambda content: content["model"].pop("num_labels"), "num_labels"),
        (lambda content: content.pop("data_fingerprint"), "data_fingerprint"),
    ],
)
def test_damaged_settings_are_named(tmp_path, damage, reason):
    config.claim(tmp_path, MODEL, TRAINING, "f00d")
    path = tmp_path / "config.json"
    content = json.loads(path.read_text())
    damage(content)
    path.write_text(json.dumps(content))
    with pytest.raises(UserError) as error:
        config.load(tmp_path)
    assert str(error.value).startswith(f"{path} is damaged (")
    assert reason in str(error.value)


def test_settings_that_are_no_json_are_named(tmp_path):
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(UserError, match=r"config\.json is damaged"):
        config.load(tmp_path)


def test_settings_that_are_no_object_are_named(tmp_path):
    (tmp_path / "config.json").write_text('["model"]')
    with pytest.raises(UserError, match=r"config\.json is damaged"):
        config.load(tmp_path)
