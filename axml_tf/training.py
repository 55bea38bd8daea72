"""The training loop: one, under every strategy."""

import os
import time
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from axml_tf import config as config_lib
from axml_tf import input_pipeline, quiet_start
from axml_tf.builders import build_model
from axml_tf.checkpoints import Checkpoints, Progress
from axml_tf.config import ModelConfig, TrainingConfig
from axml_tf.costs import Costs, load_costs
from axml_tf.dataset_info import DatasetInfo
from axml_tf.distribution import make_strategy
from axml_tf.errors import UserError
from axml_tf.evaluation.ranking import ranking_measures
from axml_tf.hooks.board import Board
from axml_tf.hooks.progress_meter import ProgressMeter
from axml_tf.inference import predict_top_k, top_k_labels
from axml_tf.initialization import initialize
from axml_tf.machine import Stopwatch
from axml_tf.optimizers import make_optimizer
from axml_tf.training_step import make_training_step

# Steps between two points of TensorBoard's training curves.
_SUMMARIZE_EVERY = 20


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
    """
    info = DatasetInfo.load(data_dir)
    for split in ("train", "dev"):
        if not info.split(split).num_documents:
            raise UserError(f"The {split} split of {data_dir} is empty.")
        input_pipeline.shard_paths(data_dir, info, split)
    _check_model(model_config, training_config)
    strategy = _make_strategy(training_config)
    # Not before: settings that cannot be trained with claim no folder.
    config_lib.claim(
        output_dir, model_config, training_config, info.fingerprint
    )
    return _Run(
        strategy, model_config, training_config, info, data_dir, output_dir
    ).train()


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


class _Run:
    """One training run; `train` reads from top to bottom."""

    def __init__(
        self, strategy, model_config, config, info, data_dir, output_dir
    ):
        self.strategy = strategy
        self.config = config
        self.info = info
        self.data_dir = data_dir
        keras.utils.set_random_seed(config.seed)
        with self.strategy.scope():
            self.model = build_model(
                model_config, config.mixed_precision, jit_compile=True
            )
            initialize(self.model, model_config, info, data_dir)
            self.optimizer = make_optimizer(
                config, info.splits["train"].num_documents
            )
            self.optimizer.build(self.model.trainable_variables)
        # Validation predicts outside the strategy.
        self.validation_model = build_model(
            model_config, config.mixed_precision, jit_compile=True
        )
        self.best_labels = top_k_labels(self.validation_model, top_k=5)
        self.step = make_training_step(
            self.strategy,
            self.model,
            self.optimizer,
            config,
            self._batches(epoch=0).element_spec,
        )
        self.first_step_is_made = False
        self.output_dir = output_dir
        self.earlier_costs = load_costs(output_dir) or Costs()
        self.watch = Stopwatch()
        self.progress = Progress()
        self.checkpoints = Checkpoints(
            output_dir, self.model, self.optimizer, self.progress
        )
        self.board = Board(
            output_dir,
            self.validation_model,
            model_config,
            config,
            info,
            data_dir,
        )

    def train(self) -> float:
        if self.checkpoints.restore_latest():
            print(f"Going on after step {int(self.progress.step)}.")
        else:
            self.board.introduce()
            self.validation_model.set_weights(self.model.get_weights())
            self._look_at_attention()
        while not self._is_finished():
            self._train_epoch()
        self.board.finish(int(self.progress.step))
        return float(self.progress.best)

    def _is_finished(self) -> bool:
        patience = self.config.early_stopping_patience
        stopped = 0 < patience <= int(self.progress.stale_validations)
        return stopped or int(self.progress.epoch) >= self.config.max_epochs

    def _train_epoch(self) -> None:
        epoch = int(self.progress.epoch)
        done = int(self.progress.step_in_epoch)
        num_seen = 0
        with ProgressMeter(
            f"epoch {epoch + 1}",
            self.info.splits["train"].num_documents,
            done * self.config.batch_size,
        ) as meter:
            for batch in self._guarded(self._batches(epoch, done), "train"):
                loss, num_documents, norm = map(float, self.step(batch))
                self._check_loss(loss, batch)
                self.progress.step.assign_add(1)
                self.progress.step_in_epoch.assign_add(1)
                meter.update(loss, int(num_documents))
                num_seen += int(num_documents)
                self._after_step(meter, norm)
                if self._is_finished():
                    return
            if not done:
                input_pipeline.check_count(num_seen, self.info, "train")
            self.progress.epoch.assign_add(1)
            self.progress.step_in_epoch.assign(0)
            if self._is_time_to_validate():  # `_after_step` has done so.
                self._save_latest()
            else:
                self._validate(meter)
            self._look_at_attention()

    def _after_step(self, meter: ProgressMeter, norm: float) -> None:
        """Summarizes, validates and saves where it is time."""
        step = int(self.progress.step)
        if not self.first_step_is_made:
            self.first_step_is_made = True
            seconds = time.monotonic() - quiet_start.STARTED
            meter.write(f"First step {seconds:.1f} s after the start.")
        if step % _SUMMARIZE_EVERY == 0:
            self._summarize(
                "train",
                loss=meter.loss,
                documents_per_second=meter.rate,
                gradient_norm=norm,
                learning_rate=float(self.optimizer.learning_rate),
            )
        if self._is_time_to_validate():
            self._validate(meter)
        elif step % self.config.checkpoint_every == 0:
            self._save_latest()

    def _save_latest(self) -> None:
        self.checkpoints.save_latest()
        self.earlier_costs.plus(self.watch).save(self.output_dir)

    def _is_time_to_validate(self) -> bool:
        validate_every = self.config.validate_every
        return bool(validate_every) and (
            int(self.progress.step) % validate_every == 0
        )

    def _validate(self, meter: ProgressMeter) -> None:
        started = time.monotonic()
        self.validation_model.set_weights(self.model.get_weights())
        measures = self._measure_dev()
        score = measures["nDCG@5"]
        improved = score > float(self.progress.best)
        if improved:
            self.progress.best.assign(score)
            self.progress.stale_validations.assign(0)
            self.checkpoints.save_best()
            self.board.best(int(self.progress.step), measures)
        else:
            self.progress.stale_validations.assign_add(1)
        self._save_latest()
        self._summarize("dev", **measures)
        figures = ", ".join(f"{k} {100 * v:.2f}" for k, v in measures.items())
        meter.write(
            f"step {int(self.progress.step)}: dev {figures}"
            f" in {time.monotonic() - started:.0f} s"
            f"{' (best so far)' if improved else ''}"
        )

    def _measure_dev(self) -> dict[str, float]:
        true_labels = []

        def batches():
            for batch in self._guarded(
                input_pipeline.evaluation_batches(
                    self.data_dir,
                    self.info,
                    "dev",
                    self.config.batch_size,
                    self.config.max_length,
                ),
                "dev",
            ):
                real = batch["weight"].numpy() > 0
                for row in batch["label_ids"].numpy()[real]:
                    true_labels.append(row[row >= 0])
                yield batch
            # Here, for without any batch there is nothing to predict.
            input_pipeline.check_count(len(true_labels), self.info, "dev")

        top_k = predict_top_k(self.best_labels, batches())
        return ranking_measures(top_k.label_ids, true_labels, ks=(1, 3, 5))

    def _batches(self, epoch: int, done: int = 0):
        """Batches of an epoch from the one after `done`, for all replicas."""
        batches = input_pipeline.training_batches(
            self.data_dir, self.info, self.config, epoch
        )
        return self.strategy.experimental_distribute_dataset(batches.skip(done))

    def _guarded(self, batches, split: str) -> Iterator:
        return input_pipeline.guarded(batches, self.data_dir, self.info, split)

    def _summarize(self, group: str, **scalars: float) -> None:
        self.board.scalars(int(self.progress.step), group, **scalars)

    def _look_at_attention(self) -> None:
        self.board.look(int(self.progress.epoch), int(self.progress.step))

    def _check_loss(self, loss: float, batch) -> None:
        if np.isfinite(loss):
            return
        rows = self.strategy.experimental_local_results(batch["id"])
        names = np.concatenate([row.numpy() for row in rows])
        documents = ", ".join(name.decode() for name in names if name)
        raise UserError(
            f"The loss is {loss} at step {int(self.progress.step) + 1}. Train "
            "anew, in another --model_dir, with a lower --learning_rate or "
            "--gradient_clip_norm. "
            f"Documents of the batch: {documents}"
        )
