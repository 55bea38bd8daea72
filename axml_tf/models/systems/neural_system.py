"""What a neural system is: the one interface that training, prediction,
inspection and export know.
"""

import abc
from typing import ClassVar, NamedTuple

import keras
import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.models.losses import cross_entropy_sum, multi_hot
from axml_tf.models.model_config import ModelConfig

# What a system makes of documents before it looks at labels: tensors with a
# row for each document. What they are is the system's own business.
States = tuple[tf.Tensor, ...]


class Parts(NamedTuple):
    """What a system builds.

    Attributes:
        model: from token ids, int32 `(batch, tokens)` padded with 0, to
            logits, float32 `(batch, num_labels)`.
        embedding: its layer of word vectors.
        label_biases: a bias for each label, float32 `(num_labels,)`; None
            where there is none.
    """

    model: keras.Model
    embedding: keras.layers.Embedding
    label_biases: keras.Variable | None


class NeuralSystem(abc.ABC):
    """A neural system: reads documents, and is asked about labels.

    Documents are read once, by `read`; what comes of it goes into `loss`,
    `best` and `look`. A subclass says how its model is built. What stands
    here is right for any model from token ids to logits; one that can do
    better without all logits at once says so in its own `read`, `loss` and
    `best`. One with an attention has `look`, too: it is then explained,
    exported and shown on TensorBoard.

    Args:
        config: what to build.
        mixed_precision: `none`, or `bfloat16` or `float16` for the matrix
            products of the attention; weights, softmax and all else stay
            float32. For systems that do not name it in `unused_settings`.
        jit_compile: whether loops are compiled on a CPU; for training, not
            for what is exported.

    Attributes:
        name: what `--model` calls it.
        has_attention: whether `look` tells which words a label attends to.
        unused_settings: fields of `TrainingConfig` that it does not know.
        config: the same.
        model: the Keras model, which holds all weights.
        embedding: its layer of word vectors.
        label_biases: a bias for each label, or None.
    """

    name: ClassVar[str]
    has_attention: ClassVar[bool] = False
    unused_settings: ClassVar[tuple[str, ...]] = (
        "mixed_precision",
        "label_chunk_size",
    )

    def __init__(
        self,
        config: ModelConfig,
        *,
        mixed_precision: str = "none",
        jit_compile: bool = False,
    ):
        self.config = config
        self.mixed_precision = mixed_precision
        self.jit_compile = jit_compile
        self.model, self.embedding, self.label_biases = self.build()

    @abc.abstractmethod
    def build(self) -> Parts:
        """Builds the model from `config`; `__init__` calls it."""

    @property
    def label_vectors(self) -> keras.Variable | None:
        """A vector for each label, float32 `(num_labels, dim)`, or None."""
        return None

    def read(self, token_ids: tf.Tensor, training: bool = False) -> States:
        """Reads documents.

        Args:
            token_ids: int32 `(batch, tokens)`, padded with 0. A row of
                padding alone, an empty document or one that fills up a
                batch, must give finite states.
            training: whether dropout is on.
        """
        return (self.model(token_ids, training=training),)

    def loss(
        self,
        states: States,
        *,
        label_ids: tf.Tensor,
        weights: tf.Tensor,
        label_chunk_size: int = 0,
    ) -> tf.Tensor:
        """The cross-entropy, summed over documents and labels (eq. 6).

        Args:
            states: as `read` gives them, with `training`.
            label_ids: int32 `(batch, most labels)`, padded with -1.
            weights: float32 `(batch,)`.
            label_chunk_size: labels worked on at once; 0 chooses.

        Returns:
            float32 scalar.
        """
        (logits,) = states
        targets = multi_hot(label_ids, self.config.num_labels)
        return cross_entropy_sum(logits, targets, weights)

    def best(
        self, states: States, *, top_k: int
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """The best labels.

        Args:
            states: as `read` gives them.
            top_k: labels per document, at most all.

        Returns:
            Logits, float32 `(batch, top_k)`, descending, and label ids,
            int32, of the same shape. Ties have the lower label id first.
        """
        (logits,) = states
        found, label_ids = tf.math.top_k(logits, top_k)
        return found, label_ids

    def look(
        self, states: States, *, label_ids: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """How some labels, and no others, see their document.

        Args:
            states: as `read` gives them.
            label_ids: int32 `(batch, k)`, of each document's own labels.

        Returns:
            Probabilities, float32 `(batch, k)`, and attention, float32
            `(batch, k, tokens)`: the share of each word.

        Raises:
            UserError: the system has no attention.
        """
        raise self._without_attention()

    def require_attention(self) -> None:
        """Refuses a system that `look` cannot explain.

        Raises:
            UserError: it has no attention.
        """
        if not self.has_attention:
            raise self._without_attention()

    def _without_attention(self) -> UserError:
        return UserError(
            f"This is a model of {self.name}, which has no attention: it can "
            "be trained, predicted with and evaluated, not shown or exported. "
            "Train one with --model=attention_xml."
        )
