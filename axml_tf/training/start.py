"""Trains a model on a prepared data set, or resumes a run."""

import os
from pathlib import Path
from typing import Any

import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.dataset import bad_records
from axml_tf.dataset.bad_records import SkippedDocuments
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.shards import shard_paths
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.system_registry import system_class
from axml_tf.runs import run_record
from axml_tf.runs.background import Background
from axml_tf.runs.model_data import keep_model_data
from axml_tf.runs.stop_signals import StopSignals
from axml_tf.runs.training_config import TrainingConfig
from axml_tf.training.board.board import Board
from axml_tf.training.distribution import make_strategy
from axml_tf.training.run import Plan, Run
from axml_tf.training.validation import Validation

_SKIPPED_FILE = "skipped.txt"


def model_config_for(data: PreparedData, **settings: Any) -> ModelConfig:
    """Settings of a model, with those that the data decide.

    Args:
        data: the prepared data; they set the sizes of vocabulary and labels,
            and pre-trained vectors their own width.
        **settings: other fields of `ModelConfig`.

    Raises:
        UserError: a value is out of range.
    """
    info = data.info
    if info.embedding_dim is not None:
        settings["embedding_dim"] = info.embedding_dim
    return ModelConfig(
        vocab_size=info.vocab_size, num_labels=info.num_labels, **settings
    )


def train(
    model_config: ModelConfig,
    training_config: TrainingConfig,
    data: PreparedData,
    output_dir: str | os.PathLike,
) -> float:
    """Trains a model, or resumes a run that was cut off.

    Args:
        model_config: what to build; must fit the data.
        training_config: how to train it.
        data: the prepared data.
        output_dir: folder for config, checkpoints and TensorBoard's files.

    Returns:
        The best nDCG@5 on the dev split, in [0, 1].

    Raises:
        UserError: data or settings do not fit each other or the run that
            `output_dir` holds; the loss is no longer finite.
        Resumable: a signal asked the run to end; a checkpoint is written.
    """
    for split in ("train", "dev"):
        if not data.info.split(split).num_documents:
            raise UserError(f"The {split} split of {data.folder} is empty.")
        shard_paths(data, split)
    _check_model(model_config, training_config)
    if training_config.deterministic_ops:
        tf.config.experimental.enable_op_determinism()
    strategy = _make_strategy(training_config)
    validation = Validation(model_config, training_config, data)
    # Not before: settings that cannot be trained with claim no folder.
    skipped = _skipped(training_config, data)
    changed = run_record.claim(
        output_dir,
        model_config,
        training_config,
        {
            **data.training_identity(),
            "train_skipped": len(skipped.document_ids),
        },
    )
    keep_model_data(output_dir, data)
    if changed:
        print(
            "This run was begun with another program, and may no longer be "
            f"repeated bit for bit: {'; '.join(changed)}."
        )
    if training_config.on_bad_record == "skip":
        print(skipped.report())
        skipped.write(Path(output_dir, _SKIPPED_FILE))
    plan = Plan(
        model_config,
        training_config,
        data,
        Path(output_dir),
        num_skipped=len(skipped.document_ids),
    )
    with StopSignals() as signals, Background() as background:
        best = Run(
            plan,
            strategy,
            validation=validation,
            observers=[
                Board(output_dir, validation.system, training_config, data)
            ],
            signals=signals,
            background=background,
        ).train()
    if training_config.on_bad_record == "skip":
        print(skipped.report())
    return best


def _skipped(config: TrainingConfig, data: PreparedData) -> SkippedDocuments:
    """Training documents to do without; none unless that is asked for."""
    if config.on_bad_record != "skip":
        return SkippedDocuments("train", [], [])
    skipped = bad_records.find_skipped(data, "train")
    if len(skipped.document_ids) == data.info.split("train").num_documents:
        raise UserError(
            f"All records of the train split of {data.folder} are bad. "
            "Prepare the data again."
        )
    return skipped


def _check_model(model: ModelConfig, training: TrainingConfig) -> None:
    """Refuses settings that the system does not know."""
    defaults = TrainingConfig()
    for name in system_class(model).unused_settings:
        value = getattr(training, name)
        if value != getattr(defaults, name):
            raise UserError(
                f"--{name}={value} is not for {model.model}. Leave it out "
                f"with --model={model.model}."
            )


def _make_strategy(config: TrainingConfig) -> tf.distribute.Strategy:
    strategy = make_strategy(config.num_replicas)
    num_replicas = strategy.num_replicas_in_sync
    if config.batch_size % num_replicas:
        raise UserError(
            f"--batch_size={config.batch_size} must be a multiple of the "
            f"{num_replicas} replicas."
        )
    return strategy
