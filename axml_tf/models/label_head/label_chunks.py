"""How much of the label head is worked on at once."""

from typing import NamedTuple

import tensorflow as tf

from axml_tf.models.label_head.label_head import LabelHead

# Elements of the largest tensor of a chunk, more or less; 8 MB in float32. A
# handful of such tensors live at once. Larger ones leave the CPU's caches,
# smaller ones make matrix products too narrow.
_CHUNK_ELEMENTS = 2_000_000


class Chunks(NamedTuple):
    """How large a chunk is: some labels of some documents, int32 scalars.

    Chunks are of nearly equal size; the last ones may be smaller.
    """

    labels: tf.Tensor
    documents: tf.Tensor


class HeadParameters(NamedTuple):
    """The weights of a label head, or of some of its labels; float32.

    Attributes:
        label_vectors: of shape `(labels, key_dim)`.
        label_biases: of shape `(labels,)`; zeros where the head has none.
        shared: `LabelHead.shared_weights`, the same for all labels.
    """

    label_vectors: tf.Tensor
    label_biases: tf.Tensor
    shared: list[tf.Tensor]

    def of_labels(self, start: tf.Tensor, end: tf.Tensor) -> "HeadParameters":
        """Those of the labels from `start` to before `end`."""
        return HeadParameters(
            self.label_vectors[start:end],
            self.label_biases[start:end],
            self.shared,
        )


class Tokens(NamedTuple):
    """What labels attend to; keys and values of one precision.

    Attributes:
        keys: of shape `(documents, tokens, key_dim)`.
        values: of shape `(documents, tokens, value_dim)`, 0 at padding.
        hidden: of `hide_padding`, `(documents, 1, tokens)`.
    """

    keys: tf.Tensor
    values: tf.Tensor
    hidden: tf.Tensor

    def of_documents(self, start: tf.Tensor, end: tf.Tensor) -> "Tokens":
        """Those of the documents from `start` to before `end`."""
        return Tokens(*(x[start:end] for x in self))


def chunks_of(
    head: LabelHead, keys: tf.Tensor, label_chunk_size: int = 0
) -> Chunks:
    """Chooses chunks that come near a fixed budget of memory.

    Args:
        head: the head.
        keys: of shape `(batch, tokens, key_dim)`.
        label_chunk_size: labels of a chunk, at most; 0 takes what fits the
            budget with a single document. Documents fill what is left.

    Returns:
        How large a chunk is.
    """
    batch, tokens, _ = tf.unstack(tf.shape(keys))
    # The attention of a label, or what the fully connected layers make of it.
    per_label = tf.maximum(tokens, max(head.fc_dims))
    labels = _evenly(
        head.num_labels, label_chunk_size or _CHUNK_ELEMENTS // per_label
    )
    per_document = labels * per_label
    # Rounded: a chunk comes near the budget, whatever the number of labels.
    documents = _evenly(
        batch, (_CHUNK_ELEMENTS + per_document // 2) // per_document
    )
    return Chunks(labels, documents)


def parameters_of(head: LabelHead) -> HeadParameters:
    """The weights of all labels of a head.

    Args:
        head: the built head.
    """
    label_biases = (
        tf.zeros([head.num_labels])
        if head.label_biases is None
        else tf.convert_to_tensor(head.label_biases.value)
    )
    shared = [tf.convert_to_tensor(w.value) for w in head.shared_weights]
    label_vectors = tf.convert_to_tensor(head.attention.label_vectors.value)
    return HeadParameters(label_vectors, label_biases, shared)


def hide_padding(
    mask: tf.Tensor, values: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """What is added to scores, and values that are 0 at padding.

    Softmax turns the first into a weight of exactly 0. A document without
    any token has equal weights instead, on values that are 0.

    Args:
        mask: boolean of shape `(batch, tokens)`.
        values: of shape `(batch, tokens, value_dim)`.

    Returns:
        float32 of shape `(batch, 1, tokens)`, and values.
    """
    hidden = tf.where(mask, 0.0, -1e9)[:, None, :]
    return hidden, tf.where(mask[:, :, None], values, tf.zeros_like(values))


def attend(
    label_vectors: tf.Tensor, tokens: Tokens
) -> tuple[tf.Tensor, tf.Tensor]:
    """Attention of some labels to some documents (eq. 4).

    Args:
        label_vectors: of shape `(labels, key_dim)`, in the precision that the
            matrix products are to have; so are keys and values.
        tokens: of the documents.

    Returns:
        Attention, `(documents, labels, tokens)`, and what is attended to,
        `(documents, labels, value_dim)`; both float32.
    """
    keys, values, hidden = tokens
    # (labels, key_dim), (documents, tokens, key_dim)
    #     -> (documents, labels, tokens)
    scores = tf.matmul(label_vectors, keys, transpose_b=True)
    alpha = tf.nn.softmax(tf.cast(scores, tf.float32) + hidden)
    attended = tf.matmul(tf.cast(alpha, values.dtype), values)
    return alpha, tf.cast(attended, tf.float32)


def _evenly(total: int | tf.Tensor, at_most: int | tf.Tensor) -> tf.Tensor:
    """Size of as few equal parts as there can be, at least 1."""
    # A batch may be empty.
    total = tf.maximum(total, 1)
    num_parts = -(-total // tf.clip_by_value(at_most, 1, total))
    return -(-total // num_parts)
