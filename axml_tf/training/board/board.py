"""What TensorBoard shows of a run, from its first step to its end."""

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path

from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.tokenizer import load_tokenizer
from axml_tf.inspection.model_source import ModelSource
from axml_tf.inspection.split_documents import sample_documents
from axml_tf.models.systems.neural_system import NeuralSystem
from axml_tf.runs.observers import Observer
from axml_tf.runs.training_config import TrainingConfig
from axml_tf.training.board.attention_summaries import AttentionSummaries
from axml_tf.training.board.label_projection import write_label_vectors
from axml_tf.training.board.summaries import Summaries

# Dev documents whose attention is shown, and best labels of each.
_SHOWN_DOCUMENTS, _SHOWN_LABELS = 5, 5
_MEASURES = tuple(f"{name}@{k}" for name in ("P", "nDCG") for k in (1, 3, 5))


class Board(Observer):
    """Writes TensorBoard's files of a run.

    Args:
        model_dir: folder of the run.
        system: the one that validates; its weights change from step to step.
        config: how it is trained.
        data: the prepared data.
    """

    def __init__(
        self,
        model_dir: str | os.PathLike,
        system: NeuralSystem,
        config: TrainingConfig,
        data: PreparedData,
    ):
        self._folder = Path(model_dir, "tensorboard")
        self._system = system
        self._config = config
        self._data = data
        self._summaries = Summaries(self._folder)
        self._attention = self._attention_summaries()

    def run_begins(self) -> None:
        """Shows what is known before the first step."""
        self._summaries.settings(
            {
                **dataclasses.asdict(self._system.config),
                **dataclasses.asdict(self._config),
            },
            [f"best/{name}" for name in _MEASURES],
        )
        self._summaries.graph(self._system.model)
        self._look(epoch=0, step=0)

    def steps_are_made(self, step: int, figures: Mapping[str, float]) -> None:
        """Adds a point to each curve of training."""
        self._scalars(step, "train", figures)

    def is_validated(
        self, step: int, measures: Mapping[str, float], is_best: bool
    ) -> None:
        """Shows measures, and the best model so far."""
        if is_best:
            self._scalars(step, "best", measures)
            if self._system.label_vectors is not None:
                write_label_vectors(
                    self._folder, self._system.label_vectors, self._data
                )
        self._scalars(step, "dev", measures)

    def epoch_ends(self, epoch: int, step: int) -> None:
        """Looks at the attention, if that is wanted after this epoch."""
        self._look(epoch, step)

    def run_ends(self, step: int) -> None:
        """Marks the run as finished."""
        self._summaries.finish(step)

    def _scalars(
        self, step: int, group: str, figures: Mapping[str, float]
    ) -> None:
        self._summaries.scalars(
            step, {f"{group}/{name}": value for name, value in figures.items()}
        )

    def _look(self, epoch: int, step: int) -> None:
        if self._attention and epoch % self._config.attention_every == 0:
            with self._summaries.at(step):
                self._attention.write(step)

    def _attention_summaries(self) -> AttentionSummaries | None:
        if not (self._config.attention_every and self._system.has_attention):
            return None
        source = ModelSource(
            self._system,
            load_tokenizer(self._data, self._config.max_length),
            self._data.label_names,
        )
        documents = sample_documents(
            self._data, "dev", _SHOWN_DOCUMENTS, self._config.seed
        )
        return AttentionSummaries(
            source,
            list(documents),
            min(_SHOWN_LABELS, self._data.info.num_labels),
        )
