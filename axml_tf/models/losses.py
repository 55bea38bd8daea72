"""The paper's loss."""

import tensorflow as tf


def multi_hot(label_ids: tf.Tensor, num_labels: int | tf.Tensor) -> tf.Tensor:
    """Makes 0/1 targets from label ids, on the device that runs the model.

    Args:
        label_ids: int32 of shape `(batch, most labels)`, padded with -1.
            Ids outside `[0, num_labels)` (padding, and labels that training
            never saw) have no place in the output and are skipped.
        num_labels: Width of the output.

    Returns:
        float32 of shape `(batch, num_labels)`.
    """
    inside = (label_ids >= 0) & (label_ids < num_labels)
    rows = tf.where(inside)[:, :1]
    columns = tf.cast(label_ids[inside], tf.int64)[:, None]
    shape = tf.stack([tf.shape(label_ids)[0], num_labels])
    targets = tf.scatter_nd(
        tf.concat([rows, columns], axis=1),
        tf.ones(tf.shape(rows)[0]),
        tf.cast(shape, tf.int64),
    )
    # A label named twice is still one label.
    return tf.minimum(targets, 1.0)


def cross_entropy_sum(
    logits: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor
) -> tf.Tensor:
    """Binary cross-entropy, summed over documents and labels.

    Divided by documents times labels this is the paper's eq. 6.

    Args:
        logits: float32 of shape `(batch, labels)`.
        targets: 0/1, float32 of the same shape.
        weights: float32 of shape `(batch,)`, 0 for rows that no document
            fills.

    Returns:
        float32 scalar.
    """
    losses = tf.nn.sigmoid_cross_entropy_with_logits(targets, logits)
    return tf.reduce_sum(losses * weights[:, None])
