"""Two logical CPUs, and what is made once for all tests."""

from pathlib import Path
from typing import NamedTuple

import pytest
import tensorflow as tf
from helpers import Generated, generate
from made_reports import made_report  # noqa: F401
from served_model import call, exported, trained  # noqa: F401

from axml_tf.export.export_model import export_model
from axml_tf.models.model_config import ModelConfig
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.runs.training_config import TrainingConfig
from axml_tf.training.start import train

# So that a test can train on two replicas. Must come before TensorFlow first
# touches a device.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0],
    [tf.config.LogicalDeviceConfiguration()] * 2,
)


class TrainedRun(NamedTuple):
    """A run on the generated corpus, and what `train` returned."""

    model_dir: Path
    best: float


@pytest.fixture(scope="session")
def generated(tmp_path_factory) -> Generated:
    """A corpus of ten labels, each planted by one or two words."""
    return generate(
        tmp_path_factory.mktemp("generated"),
        num_train=1600,
        num_test=200,
        num_labels=10,
        num_words=14,
    )


@pytest.fixture(scope="session")
def trained_run(generated, tmp_path_factory) -> TrainedRun:
    """A small model, trained until it knows the planted words."""
    model_dir = tmp_path_factory.mktemp("trained_run")
    best = train(
        ModelConfig(
            vocab_size=generated.data.info.vocab_size,
            num_labels=generated.data.info.num_labels,
            embedding_dim=16,
            hidden_dim=8,
            fc_dims=(16,),
            dropout=0.0,
            embedding_dropout=0.0,
            label_bias=True,
        ),
        TrainingConfig(
            batch_size=20,
            max_epochs=3,
            learning_rate=1e-2,
            max_length=32,
            num_replicas=1,
        ),
        generated.data,
        model_dir,
    )
    return TrainedRun(model_dir, best)


@pytest.fixture(scope="session")
def saved_model(trained_run, tmp_path_factory) -> Path:
    """An export of that run."""
    folder = tmp_path_factory.mktemp("saved_model") / "axml"
    return export_model(TrainedModel(trained_run.model_dir), folder)
