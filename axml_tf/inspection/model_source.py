"""A model in this process, asked how it sees a text."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.dataset.tokenizer import TokenizedText, Tokenizer, pad
from axml_tf.formats.schema import PAD_ID
from axml_tf.inspection.explanation import Explanation, LabelView
from axml_tf.inspection.source import Source
from axml_tf.models.systems.neural_system import NeuralSystem, States
from axml_tf.runs.trained_model import TrainedModel


class ModelSource(Source):
    """A model in this process.

    Args:
        system: made outside any strategy. Its weights may change between two
            questions.
        tokenizer: as in its training.
        names: of its labels, by id.

    Raises:
        UserError: the system has no attention.
    """

    def __init__(
        self, system: NeuralSystem, tokenizer: Tokenizer, names: Sequence[str]
    ):
        system.require_attention()
        self._system = system
        self._tokenizer = tokenizer
        self._names = names
        self._ids = {name: i for i, name in enumerate(names)}

    @classmethod
    def of_trained(cls, model: TrainedModel) -> "ModelSource":
        """The best model of a run.

        Raises:
            UserError: it has no attention.
        """
        return cls(model.system, model.tokenizer, model.label_names)

    def best_labels(self, text: bytes, top_k: int) -> list[str]:
        if top_k > len(self._names):
            raise UserError(
                f"--top_k={top_k}: the model has {len(self._names)} labels."
            )
        _, states = self._read(tf.constant([text]))
        _, label_ids = self._system.best(states, top_k=top_k)
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
                    "labels.txt in its folder has them all."
                )
        return [self._ids[name] for name in names]

    def _look(
        self, texts: tf.Tensor, label_ids: tf.Tensor
    ) -> tuple[TokenizedText, tf.Tensor, tf.Tensor]:
        words, states = self._read(texts)
        return words, *self._system.look(states, label_ids=label_ids)

    # Only this: it takes longer to compile what comes after than to run it.
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def _read(self, texts: tf.Tensor) -> tuple[TokenizedText, States]:
        words = self._tokenizer(texts)
        token_ids = pad(words.token_ids, PAD_ID)
        return words, self._system.read(token_ids)
