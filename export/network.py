"""The network of a served model: from token ids to labels and reasons."""

from typing import NamedTuple

import keras
import tensorflow as tf

from axml_tf.chunked_top_k import head_top_k
from axml_tf.layers.label_head import LabelHead
from axml_tf.layers.multi_label_attention import MultiLabelAttention
from axml_tf.model import split_at_head


class States(NamedTuple):
    """What the network knows of the tokens of a batch.

    Attributes:
        keys: what labels attend by, `(batch, tokens, key_dim)`.
        values: what they take from it, `(batch, tokens, value_dim)`.
        mask: boolean `(batch, tokens)`.
    """

    keys: tf.Tensor
    values: tf.Tensor
    mask: tf.Tensor


class Network:
    """A trained model, taken apart.

    No `tf.Module`, so that a module that holds it does not track the Keras
    model: a SavedModel that does loads in Python, but TensorFlow Serving does
    not find its variables.

    Args:
        model: AttentionXML in float32, made outside any strategy.
    """

    def __init__(self, model: keras.Model):
        self._trunk, self._head = split_at_head(model)

    # One graph for all signatures; each would have a copy of its own.
    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)])
    def read(self, token_ids: tf.Tensor) -> States:
        """Runs all that comes before the labels."""
        return States(*self._trunk(token_ids, training=False))

    @tf.function(reduce_retracing=True)
    def best(
        self, states: States, top_k: int | tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Probabilities and ids of the best labels, `(batch, top_k)`."""
        logits, label_ids = head_top_k(self._head, *states, top_k)
        return tf.sigmoid(logits), label_ids

    def look(
        self, states: States, label_ids: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """How some labels see a document.

        Args:
            states: of the documents.
            label_ids: int `(batch, k)`.

        Returns:
            Attention, `(batch, k, tokens)`, and probabilities, `(batch, k)`.
        """
        vectors = self._head.attention.label_vectors.value
        attention = MultiLabelAttention.attention_weights(
            tf.gather(vectors, label_ids), states.keys, states.mask
        )
        logits = LabelHead.score(
            tf.matmul(attention, states.values), self._head.shared_weights
        )
        if self._head.label_biases is not None:
            logits += tf.gather(self._head.label_biases.value, label_ids)
        return attention, tf.sigmoid(logits)
