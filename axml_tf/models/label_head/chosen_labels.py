"""How some labels, and no others, see a document."""

import tensorflow as tf

from axml_tf.models.label_head.label_head import LabelHead
from axml_tf.models.layers.multi_label_attention import MultiLabelAttention


def look(
    head: LabelHead,
    keys: tf.Tensor,
    values: tf.Tensor,
    mask: tf.Tensor,
    *,
    label_ids: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Probabilities and attention of the labels that are asked for.

    Args:
        head: the built head.
        keys: of shape `(batch, tokens, key_dim)`.
        values: of shape `(batch, tokens, value_dim)`.
        mask: boolean of shape `(batch, tokens)`.
        label_ids: int32 `(batch, k)`, of each document's own labels.

    Returns:
        Probabilities, float32 `(batch, k)`, and attention (eq. 4), float32
        `(batch, k, tokens)`.
    """
    attention = MultiLabelAttention.attention_weights(
        tf.gather(head.attention.label_vectors.value, label_ids), keys, mask
    )
    logits = LabelHead.score(tf.matmul(attention, values), head.shared_weights)
    if head.label_biases is not None:
        logits += tf.gather(head.label_biases.value, label_ids)
    return tf.sigmoid(logits), attention
