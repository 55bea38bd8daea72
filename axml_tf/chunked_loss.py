"""The paper's loss on the label head, a chunk of labels at a time."""

from typing import NamedTuple

import tensorflow as tf

from axml_tf.layers.label_head import LabelHead
from axml_tf.losses import cross_entropy_sum, multi_hot

# Attention weights held at once, (batch, chunk, tokens); a handful of
# tensors of this size live while a chunk is worked on.
_CHUNK_ELEMENTS = 4_000_000


def head_cross_entropy_sum(
    head: LabelHead,
    keys: tf.Tensor,
    values: tf.Tensor,
    mask: tf.Tensor,
    label_ids: tf.Tensor,
    weights: tf.Tensor,
) -> tf.Tensor:
    """`cross_entropy_sum` of a label head's logits, a chunk at a time.

    The loss is a sum over labels. So a chunk of labels gives its part of the
    loss and of every gradient at once, one chunk after another, and nothing
    of size (tokens x labels) outlives its chunk. Equal to the plain form to
    float rounding.

    Args:
        head: the built head.
        keys: of shape `(batch, tokens, key_dim)`.
        values: of shape `(batch, tokens, value_dim)`.
        mask: boolean of shape `(batch, tokens)`.
        label_ids: int32 of shape `(batch, most labels)`, padded with -1.
        weights: float32 of shape `(batch,)`.

    Returns:
        float32 scalar, differentiable once.
    """
    dtype = head.compute_dtype
    label_vectors = tf.cast(head.attention.label_vectors.value, dtype)
    label_biases = (
        tf.zeros([head.num_labels])
        if head.label_biases is None
        else tf.convert_to_tensor(head.label_biases.value)
    )
    shared = [tf.convert_to_tensor(w.value) for w in head.shared_weights]
    # Softmax turns this into a weight of exactly 0; a document without any
    # token has equal weights instead, on values that are 0.
    hidden = tf.where(mask, 0.0, -1e9)[:, None, :]
    values = tf.where(mask[:, :, None], values, tf.zeros_like(values))
    chunk_size = _chunk_size(tf.shape(keys), head.num_labels)

    @tf.custom_gradient
    def loss_sum(keys, values, label_vectors, label_biases, *shared):
        loss, gradients = _loop_over_chunks(
            (keys, values, tf.cast(hidden, dtype)),
            (label_vectors, label_biases, shared),
            (label_ids, weights),
            chunk_size,
        )

        def gradient(upstream):
            return [
                g * tf.cast(upstream, g.dtype)
                for g in tf.nest.flatten(gradients)
            ]

        return loss, gradient

    return loss_sum(
        tf.cast(keys, dtype),
        tf.cast(values, dtype),
        label_vectors,
        label_biases,
        *shared,
    )


def _chunk_size(keys_shape: tf.Tensor, num_labels: int) -> tf.Tensor:
    per_label = keys_shape[0] * keys_shape[1]
    return tf.clip_by_value(_CHUNK_ELEMENTS // per_label, 1, num_labels)


def _loop_over_chunks(tokens, parameters, targets, chunk_size):
    """Loss, and its gradients in the order of `loss_sum`'s arguments."""
    keys, values, _ = tokens
    label_vectors, label_biases, shared = parameters
    num_labels = tf.shape(label_vectors)[0]

    def body(start, loss, d_tokens, d_shared, rows):
        end = tf.minimum(start + chunk_size, num_labels)
        chunk = _chunk_gradients(
            tokens,
            (label_vectors[start:end], label_biases[start:end], shared),
            (targets[0] - start, targets[1]),
        )
        index = start // chunk_size
        return (
            end,
            loss + chunk.loss,
            _add(d_tokens, chunk.tokens),
            _add(d_shared, chunk.shared),
            [
                array.write(index, row)
                for array, row in zip(rows, chunk.rows, strict=True)
            ],
        )

    num_chunks = -(-num_labels // chunk_size)
    rows = [
        tf.TensorArray(
            row.dtype,
            num_chunks,
            element_shape=[None, *row.shape[1:]],
            infer_shape=False,
        )
        for row in (label_vectors, label_biases)
    ]
    zeros = [tf.zeros(tf.shape(t), tf.float32) for t in (keys, values)]
    _, loss, d_tokens, d_shared, rows = tf.while_loop(
        lambda start, *_: start < num_labels,
        body,
        (0, 0.0, zeros, [tf.zeros_like(w) for w in shared], rows),
        # One after another: side by side they would all be in memory.
        parallel_iterations=1,
    )
    d_tokens = [tf.cast(d, keys.dtype) for d in d_tokens]
    return loss, (d_tokens, [row.concat() for row in rows], d_shared)


def _add(totals: list[tf.Tensor], parts: list[tf.Tensor]) -> list[tf.Tensor]:
    return [
        total + tf.cast(part, total.dtype)
        for total, part in zip(totals, parts, strict=True)
    ]


class _ChunkGradients(NamedTuple):
    """Loss of a chunk of labels, and its gradients."""

    loss: tf.Tensor
    tokens: list[tf.Tensor]
    rows: list[tf.Tensor]
    shared: list[tf.Tensor]


def _chunk_gradients(tokens, parameters, targets) -> _ChunkGradients:
    """Forward and backward of one chunk of labels (eq. 4 to 6)."""
    keys, values, hidden = tokens
    label_vectors, label_biases, shared = parameters
    label_ids, weights = targets
    # (labels, key_dim), (batch, tokens, key_dim)
    #     -> (batch, labels, tokens)
    scores = tf.matmul(label_vectors, keys, transpose_b=True)
    alpha = tf.nn.softmax(scores + hidden)
    attended = tf.cast(tf.matmul(alpha, values), tf.float32)
    inputs = [attended, label_biases, *shared]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        logits = LabelHead.score(attended, shared) + label_biases
        loss = cross_entropy_sum(
            logits, multi_hot(label_ids, tf.shape(label_biases)[0]), weights
        )
    d_attended, d_biases, *d_shared = tape.gradient(loss, inputs)
    # Softmax's own gradient needs, per label, the sum over tokens of alpha
    # times its gradient. That sum is attended . d_attended.
    common = tf.reduce_sum(attended * d_attended, axis=-1, keepdims=True)
    d_attended = tf.cast(d_attended, alpha.dtype)
    d_alpha = tf.matmul(d_attended, values, transpose_b=True)
    d_scores = alpha * (d_alpha - tf.cast(common, alpha.dtype))
    return _ChunkGradients(
        loss,
        tokens=[
            tf.matmul(d_scores, label_vectors, transpose_a=True),
            tf.matmul(alpha, d_attended, transpose_a=True),
        ],
        rows=[tf.reduce_sum(tf.matmul(d_scores, keys), axis=0), d_biases],
        shared=d_shared,
    )
