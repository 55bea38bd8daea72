"""A model in this process, asked how it sees a text."""

import os
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.dataset.dataset_info import DatasetInfo, read_labels
from axml_tf.dataset.tokenizer import Tokenizer, load_tokenizer, pad
from axml_tf.formats.schema import PAD_ID
from axml_tf.inspection.explanation import Explanation, LabelView
from axml_tf.inspection.source import Source
from axml_tf.models.attention_xml import split_at_head
from axml_tf.models.label_head.chosen_labels import look
from axml_tf.models.label_head.chunked_top_k import head_top_k
from axml_tf.runs.checkpoints import load_best_model
from axml_tf.runs.run_record import RunRecord, check_fits


class ModelSource(Source):
    """A model in this process.

    Args:
        model: AttentionXML, made outside any strategy. Its weights may change
            between two questions.
        tokenizer: as in its training.
        names: of its labels, by id.
    """

    def __init__(
        self, model: keras.Model, tokenizer: Tokenizer, names: Sequence[str]
    ):
        self._tokenizer = tokenizer
        self._names = names
        self._ids = {name: i for i, name in enumerate(names)}
        self._trunk, self._head = split_at_head(model)

    @classmethod
    def from_checkpoint(
        cls, model_dir: str | os.PathLike, data_dir: str | os.PathLike
    ) -> "ModelSource":
        """The best model of a run.

        Args:
            model_dir: folder of the run.
            data_dir: folder of the data it was trained on.

        Raises:
            UserError: one of them is missing or damaged, or they do not fit
                each other.
        """
        info = DatasetInfo.load(data_dir)
        check_fits(model_dir, data_dir, info)
        training_config = RunRecord.load(model_dir).training
        model, _ = load_best_model(model_dir)
        return cls(
            model,
            load_tokenizer(data_dir, info, training_config.max_length),
            read_labels(data_dir)[0][: info.num_labels],
        )

    def best_labels(self, text: bytes, top_k: int) -> list[str]:
        if top_k > len(self._names):
            raise UserError(
                f"--top_k={top_k}: the model has {len(self._names)} labels."
            )
        _, read = self._read(tf.constant([text]))
        _, label_ids = head_top_k(self._head, *read, top_k)
        return [self._names[label] for label in label_ids.numpy()[0]]

    def explain(self, text: bytes, names: Sequence[str]) -> Explanation:
        words, probabilities, attention = self._look(
            tf.constant([text]), tf.constant([self._ids_of(names)])
        )
        starts, ends = (x[0].numpy() for x in (words.starts, words.ends))
        return Explanation(
            text,
            starts,
            ends,
            tuple(
                LabelView(name, float(p), shares[: len(starts)])
                for name, p, shares in zip(
                    names, probabilities[0], attention[0].numpy(), strict=True
                )
            ),
        )

    def probabilities(
        self, texts: Sequence[bytes], names: Sequence[str]
    ) -> np.ndarray:
        _, probabilities, _ = self._look(
            tf.constant(list(texts)), tf.constant(self._ids_of(names))[:, None]
        )
        return probabilities[:, 0].numpy()

    def _ids_of(self, names: Sequence[str]) -> list[int]:
        for name in names:
            if name not in self._ids:
                raise UserError(
                    f"The model has no label of this name: {name}. "
                    "labels.txt in --data_dir has them all."
                )
        return [self._ids[name] for name in names]

    def _look(self, texts, label_ids):
        words, read = self._read(texts)
        return words, *look(self._head, *read, label_ids)

    # Only this: it takes longer to compile what comes after than to run it.
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def _read(self, texts):
        words = self._tokenizer(texts)
        token_ids = pad(words.token_ids, PAD_ID)
        return words, self._trunk(token_ids, training=False)
