"""The training loop: one, under every strategy."""

import dataclasses
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from axml_tf.console import quiet_start
from axml_tf.console.errors import Resumable, UserError
from axml_tf.console.machine import Stopwatch
from axml_tf.console.progress_meter import ProgressMeter
from axml_tf.dataset import input_pipeline
from axml_tf.dataset.input_pipeline import Batching
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.system_registry import make_system
from axml_tf.runs.background import Background
from axml_tf.runs.checkpoints import Checkpoints, Progress, Variables
from axml_tf.runs.costs import Costs, load_costs
from axml_tf.runs.observers import Observer
from axml_tf.runs.stop_signals import StopSignals
from axml_tf.runs.training_config import TrainingConfig
from axml_tf.training.gradient_clipping import GradientLimit
from axml_tf.training.initialization import initialize
from axml_tf.training.optimizers import make_optimizer
from axml_tf.training.step import make_training_step
from axml_tf.training.validation import Validation
from axml_tf.training.weight_average import WeightAverage

# Steps between two times that observers are told of.
_TELL_EVERY = 20


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a run is to do.

    Attributes:
        model: what to build.
        training: how to train it.
        data: the prepared data.
        output_dir: folder of the run.
        num_skipped: training documents whose records are bad and skipped.
    """

    model: ModelConfig
    training: TrainingConfig
    data: PreparedData
    output_dir: Path
    num_skipped: int = 0


class Run:
    """One training run; `train` reads from top to bottom.

    Args:
        plan: what it is to do.
        strategy: devices it is trained on.
        validation: measures its weights.
        observers: are told of its moments.
        signals: may ask it to end.
        background: writes its checkpoints.
    """

    def __init__(
        self,
        plan: Plan,
        strategy: tf.distribute.Strategy,
        *,
        validation: Validation,
        observers: Sequence[Observer],
        signals: StopSignals,
        background: Background,
    ):
        config = plan.training
        self.config = config
        self.data = plan.data
        self.plan = plan
        self.strategy = strategy
        self.validation = validation
        self.observers = observers
        self.signals = signals
        self.batching = Batching(
            config.batch_size,
            config.max_length,
            shuffle_buffer=config.shuffle_buffer,
            seed=config.seed,
            skip=config.on_bad_record == "skip",
        )
        self.num_documents = plan.data.info.split("train").num_documents
        keras.utils.set_random_seed(config.seed)
        with self.strategy.scope():
            system = make_system(
                plan.model,
                mixed_precision=config.mixed_precision,
                jit_compile=True,
            )
            initialize(system, plan.data)
            self.optimizer = make_optimizer(config, self.num_documents)
            self.optimizer.build(system.model.trainable_variables)
        self.model = system.model
        self.step = make_training_step(
            system,
            self.optimizer,
            config,
            strategy=self.strategy,
            element_spec=self._batches(epoch=0).element_spec,
        )
        self.first_step_is_made = False
        self.progress = Progress()
        self.gradient_limit = GradientLimit(
            config.gradient_clip_norm, config.gradient_clip_factor
        )
        self.average = WeightAverage()
        self.checkpoints = Checkpoints(
            plan.output_dir,
            {
                # Weights, and the states of the random generators.
                "model": Variables(self.model.variables),
                "optimizer": Variables(self.optimizer.variables),
                "progress": self.progress,
                "gradient_limit": self.gradient_limit,
                "average": self.average,
            },
            config.keep_checkpoints,
            background,
        )
        self.earlier_costs = load_costs(plan.output_dir) or Costs()
        self.watch = Stopwatch()
        self.saved_at = self.watch.seconds()

    def train(self) -> float:
        """Trains until it is finished.

        Returns:
            The best nDCG@5 on the dev split, in [0, 1].

        Raises:
            UserError: a record cannot be read, or training comes to nothing.
            Resumable: a signal asked it to end.
        """
        if self.checkpoints.restore_latest():
            print(f"Resuming after step {self.progress.step}.")
        else:
            self.validation.model.set_weights(self.model.get_weights())
            for observer in self.observers:
                observer.run_begins()
        while not self._is_finished():
            self._train_epoch()
        self.checkpoints.wait()
        for observer in self.observers:
            observer.run_ends(self.progress.step)
        return self.progress.best

    def _is_finished(self) -> bool:
        patience = self.config.early_stopping_patience
        stopped = 0 < patience <= self.progress.stale_validations
        return stopped or self.progress.epoch >= self.config.max_epochs

    def _train_epoch(self) -> None:
        epoch, done = self.progress.epoch, self.progress.step_in_epoch
        num_seen = 0
        with ProgressMeter(
            f"epoch {epoch + 1}",
            self.num_documents,
            done * self.config.batch_size,
        ) as meter:
            # A run may have ended before its validation did.
            self._validate_if_due(meter)
            for batch in self._guarded(self._batches(epoch, done)):
                if self._is_finished():
                    return
                num_seen += self._train_step(batch, meter)
            if not done:
                input_pipeline.check_count(
                    num_seen, self.data.info, "train", self.plan.num_skipped
                )
            if self.progress.validated_step != self.progress.step:
                self._validate(meter, epochs_done=epoch + 1)
            self.progress.epoch += 1
            self.progress.step_in_epoch = 0
            self._save_latest()
            for observer in self.observers:
                observer.epoch_ends(self.progress.epoch, self.progress.step)

    def _train_step(self, batch: dict[str, Any], meter: ProgressMeter) -> int:
        """Makes a step, and what is due after it; documents it has seen."""
        limit = np.float32(self.gradient_limit.value())
        loss, num_documents, norm = map(float, self.step(batch, limit))
        self.batch = batch
        self.progress.step += 1
        self.progress.step_in_epoch += 1
        for name, value in (("loss", loss), ("gradient's norm", norm)):
            if not np.isfinite(value):
                self._fail(f"The {name} is {value}")
        self.gradient_limit.add(norm)
        meter.update(loss, int(num_documents))
        if not self.first_step_is_made:
            self.first_step_is_made = True
            seconds = time.monotonic() - quiet_start.STARTED
            meter.write(f"First step {seconds:.1f} s after the start.")
        if self.progress.step % _TELL_EVERY == 0:
            figures = {
                "loss": meter.loss,
                "documents_per_second": meter.rate,
                "gradient_norm": norm,
                "learning_rate": float(self.optimizer.learning_rate),
            }
            for observer in self.observers:
                observer.steps_are_made(self.progress.step, figures)
        self._end_if_asked_to()
        if not self._validate_if_due(meter) and self._is_time_to_save():
            self._save_latest()
        return int(num_documents)

    def _validate_if_due(self, meter: ProgressMeter) -> bool:
        """Validates where --validate_every asks for it."""
        step, every = self.progress.step, self.config.validate_every
        if not every or step % every or self.progress.validated_step == step:
            return False
        self._validate(meter, epochs_done=self.progress.epoch)
        self._save_latest()
        return True

    def _validate(self, meter: ProgressMeter, epochs_done: int) -> None:
        started = time.monotonic()
        self._check_weights()
        weights = self.model.get_weights()
        is_averaged = 0 < self.config.swa_start_epoch <= epochs_done
        measures = self.validation.measure(
            self.average.including(weights) if is_averaged else weights,
            self._end_if_asked_to,
        )
        # Whatever ends the run while it measures leaves all this undone.
        if is_averaged:
            self.average.add(weights)
        self.progress.validated_step = self.progress.step
        score = measures["nDCG@5"]
        improved = score > self.progress.best
        if improved:
            self.progress.best = score
            self.progress.stale_validations = 0
            self.checkpoints.save_best(self.validation.model)
        else:
            self.progress.stale_validations += 1
        for observer in self.observers:
            observer.is_validated(self.progress.step, measures, improved)
        figures = ", ".join(f"{k} {100 * v:.2f}" for k, v in measures.items())
        meter.write(
            f"step {self.progress.step}: dev {figures}"
            f" in {time.monotonic() - started:.0f} s"
            f"{' (best so far)' if improved else ''}"
        )

    def _is_time_to_save(self) -> bool:
        every = self.config.checkpoint_every
        if every.endswith("min"):
            seconds = self.watch.seconds() - self.saved_at
            return seconds >= 60 * int(every.removesuffix("min"))
        return self.progress.step % int(every) == 0

    def _save_latest(self) -> None:
        self._check_weights()
        self.checkpoints.save_latest()
        self.saved_at = self.watch.seconds()
        self.earlier_costs.plus(self.watch).save(self.plan.output_dir)

    def _end_if_asked_to(self) -> None:
        if not self.signals.received:
            return
        self._save_latest()
        self.checkpoints.wait()
        raise Resumable(
            f"{self.signals.received}: ended after step {self.progress.step}, "
            f"which is saved in {self.checkpoints.paths()[0]}. The same "
            "command resumes from there."
        )

    def _batches(
        self, epoch: int, done: int = 0
    ) -> tf.distribute.DistributedDataset:
        """Batches of an epoch from the one after `done`, for all replicas."""
        batches = input_pipeline.training_batches(
            self.data, self.batching, epoch
        )
        return self.strategy.experimental_distribute_dataset(batches.skip(done))

    def _guarded(
        self, batches: tf.distribute.DistributedDataset
    ) -> Iterator[dict[str, Any]]:
        return input_pipeline.guarded(batches, self.data, "train")

    def _check_weights(self) -> None:
        # A gradient may be finite that makes them infinite.
        if not all(np.isfinite(w).all() for w in self.model.get_weights()):
            self._fail("Weights are no longer finite")

    def _fail(self, what: str) -> None:
        """Ends a run that has come to nothing."""
        rows = self.strategy.experimental_local_results(self.batch["id"])
        names = np.concatenate([row.numpy() for row in rows])
        documents = ", ".join(name.decode() for name in names if name)
        kept = self.checkpoints.paths()
        raise UserError(
            f"{what}, at step {self.progress.step}. Train anew, in another "
            "--model_dir, with a lower --learning_rate or "
            "--gradient_clip_norm. Last good checkpoint: "
            f"{kept[0] if kept else 'none yet'}. Documents of the batch: "
            f"{documents}"
        )
