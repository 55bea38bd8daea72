"""A model and a data set that train in a second."""

from pathlib import Path

import numpy as np
from helpers import random_records, write_dataset

from axml_tf.models.model_config import ModelConfig
from axml_tf.runs.checkpoint_files import CheckpointFolder
from axml_tf.runs.training_config import TrainingConfig

# Dropout and a schedule: their state is part of what a run resumes from.
MODEL = ModelConfig(
    vocab_size=50,
    num_labels=6,
    embedding_dim=4,
    hidden_dim=3,
    fc_dims=(4,),
    dropout=0.3,
    label_bias=True,
)
TRAINING = TrainingConfig(
    batch_size=8,
    max_epochs=2,
    learning_rate=5e-3,
    warmup_steps=3,
    decay_epochs=2,
    max_length=24,
    num_replicas=1,
    seed=7,
)
# 44 documents, which have 8 lengths to be padded to; none of these fills more
# than one batch.
STEPS_PER_EPOCH = 8


def write_data(folder, **fields):
    """The prepared data, once they are written."""
    train_records = random_records(44, seed=0, longest=16)
    return write_dataset(
        folder,
        {
            "train": [train_records[:20], train_records[20:]],
            "dev": [random_records(10, seed=1, longest=16)],
        },
        **fields,
    )


def state(folder, kind="latest"):
    """Every value of the newest checkpoint, read without the model."""
    newest, *_ = CheckpointFolder(Path(folder, kind), keep=1).paths()
    with np.load(newest) as arrays:
        return {name: arrays[name] for name in arrays if name != "names"}
