"""Trains a model on a prepared data set, or goes on with a run."""

import os
from pathlib import Path

import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.dataset import bad_records, data_identity
from axml_tf.dataset.bad_records import LeftOut
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.dataset.shards import shard_paths
from axml_tf.models.model_config import ModelConfig
from axml_tf.runs import run_record
from axml_tf.runs.background import Background
from axml_tf.runs.stop_signals import StopSignals
from axml_tf.runs.training_config import TrainingConfig
from axml_tf.training.distribution import make_strategy
from axml_tf.training.run import Run

_SKIPPED_FILE = "skipped.txt"


def train(
    model_config: ModelConfig,
    training_config: TrainingConfig,
    data_dir: str | os.PathLike,
    output_dir: str | os.PathLike,
) -> float:
    """Trains a model, or goes on with a run that was cut off.

    Args:
        model_config: what to build; must fit the data.
        training_config: how to train it.
        data_dir: folder that axml-prepare made.
        output_dir: folder for config, checkpoints and TensorBoard's files.

    Returns:
        The best nDCG@5 on the dev split, in [0, 1].

    Raises:
        UserError: data or settings do not fit each other or the run that
            `output_dir` holds; the loss is no longer finite.
        Resumable: a signal asked the run to end; a checkpoint is written.
    """
    info = DatasetInfo.load(data_dir)
    for split in ("train", "dev"):
        if not info.split(split).num_documents:
            raise UserError(f"The {split} split of {data_dir} is empty.")
        shard_paths(data_dir, info, split)
    _check_model(model_config, training_config)
    if training_config.deterministic_ops:
        tf.config.experimental.enable_op_determinism()
    strategy = _make_strategy(training_config)
    # Not before: settings that cannot be trained with claim no folder.
    left_out = _left_out(training_config, data_dir, info)
    changed = run_record.claim(
        output_dir,
        model_config,
        training_config,
        {
            **data_identity.training_parts(data_dir, info),
            "train_left_out": len(left_out.document_ids),
        },
    )
    if changed:
        print(
            "This run was begun with another program, and may no longer be "
            f"repeated bit for bit: {'; '.join(changed)}."
        )
    if training_config.on_bad_record == "skip":
        print(left_out.report())
        left_out.write(Path(output_dir, _SKIPPED_FILE))
    with StopSignals() as signals, Background() as background:
        best = Run(
            *(strategy, model_config, training_config, info),
            *(data_dir, output_dir, len(left_out.document_ids)),
            *(signals, background),
        ).train()
    if training_config.on_bad_record == "skip":
        print(left_out.report())
    return best


def _left_out(
    config: TrainingConfig, data_dir: str | os.PathLike, info: DatasetInfo
) -> LeftOut:
    """Training documents to do without; none unless that is asked for."""
    if config.on_bad_record != "skip":
        return LeftOut("train", [], [])
    left_out = bad_records.left_out(data_dir, info, "train")
    if len(left_out.document_ids) == info.split("train").num_documents:
        raise UserError(
            f"All records of the train split of {data_dir} are bad. Prepare "
            "the data again."
        )
    return left_out


def _check_model(model: ModelConfig, training: TrainingConfig) -> None:
    """Refuses what only AttentionXML's head can do."""
    if model.model == "attention_xml":
        return
    for name, unset in (("mixed_precision", "none"), ("label_chunk_size", 0)):
        if getattr(training, name) != unset:
            raise UserError(
                f"--{name}={getattr(training, name)} is for attention_xml. "
                f"Leave it out with --model={model.model}."
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
