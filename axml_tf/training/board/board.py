"""What TensorBoard shows of a run, from its first step to its end."""

import dataclasses
import os
from pathlib import Path

import keras

from axml_tf.dataset.dataset_info import DatasetInfo, read_labels
from axml_tf.dataset.tokenizer import load_tokenizer
from axml_tf.inspection.model_source import ModelSource
from axml_tf.inspection.split_documents import sample_documents
from axml_tf.models.attention_xml import has_attention
from axml_tf.models.model_config import ModelConfig
from axml_tf.runs.training_config import TrainingConfig
from axml_tf.training.board.attention_summaries import AttentionSummaries
from axml_tf.training.board.label_projection import write_label_vectors
from axml_tf.training.board.summaries import Summaries

# Dev documents whose attention is shown, and best labels of each.
_SHOWN_DOCUMENTS, _SHOWN_LABELS = 5, 5
_MEASURES = tuple(f"{name}@{k}" for name in ("P", "nDCG") for k in (1, 3, 5))


class Board:
    """Writes TensorBoard's files of a run.

    Args:
        model_dir: folder of the run.
        model: the one that validates; its weights change from step to step.
        model_config: what it was built from.
        config: how it is trained.
        info: description of the prepared data.
        data_dir: its folder.
    """

    def __init__(
        self,
        model_dir: str | os.PathLike,
        model: keras.Model,
        model_config: ModelConfig,
        config: TrainingConfig,
        info: DatasetInfo,
        data_dir: str | os.PathLike,
    ):
        self._folder = Path(model_dir, "tensorboard")
        self._model = model
        self._configs = (model_config, config)
        self._data_dir = data_dir
        self._summaries = Summaries(self._folder)
        self._attention_every = config.attention_every
        if not has_attention(model):
            self._attention_every = 0
        if self._attention_every:
            self._attention = self._attention_summaries(config, info)

    def introduce(self) -> None:
        """Shows what is known before the first step."""
        settings = map(dataclasses.asdict, self._configs)
        self._summaries.settings(
            {name: value for part in settings for name, value in part.items()},
            [f"best/{name}" for name in _MEASURES],
        )
        self._summaries.graph(self._model)

    def scalars(self, step: int, group: str, **values: float) -> None:
        """Adds a point to each curve of a group."""
        self._summaries.scalars(
            step, {f"{group}/{name}": value for name, value in values.items()}
        )

    def best(self, step: int, measures: dict[str, float]) -> None:
        """Shows the best model so far, and its measures in [0, 1]."""
        self.scalars(step, "best", **measures)
        if has_attention(self._model):
            attention = self._model.get_layer("label_head").attention
            write_label_vectors(
                self._folder, attention.label_vectors, self._data_dir
            )

    def look(self, epoch: int, step: int) -> None:
        """Looks at the attention, if that is wanted after this epoch."""
        if self._attention_every and epoch % self._attention_every == 0:
            with self._summaries.at(step):
                self._attention.write(step)

    def finish(self, step: int) -> None:
        """Marks the run as finished."""
        self._summaries.finish(step)

    def _attention_summaries(
        self, config: TrainingConfig, info: DatasetInfo
    ) -> AttentionSummaries:
        names, _ = read_labels(self._data_dir)
        tokenizer = load_tokenizer(self._data_dir, info, config.max_length)
        source = ModelSource(self._model, tokenizer, names[: info.num_labels])
        documents = sample_documents(
            self._data_dir, "dev", _SHOWN_DOCUMENTS, config.seed
        )
        return AttentionSummaries(
            source, list(documents), min(_SHOWN_LABELS, info.num_labels)
        )
