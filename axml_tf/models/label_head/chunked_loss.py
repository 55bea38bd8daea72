"""The paper's loss on the label head, a tile of it at a time."""

import tensorflow as tf

from axml_tf.models.label_head.label_chunks import (
    Tiles,
    attend,
    hide_padding,
    parameters_of,
    tiles_of,
)
from axml_tf.models.label_head.label_head import LabelHead
from axml_tf.models.losses import cross_entropy_sum, multi_hot


def head_cross_entropy_sum(
    head: LabelHead,
    keys: tf.Tensor,
    values: tf.Tensor,
    mask: tf.Tensor,
    label_ids: tf.Tensor,
    weights: tf.Tensor,
    label_chunk_size: int = 0,
) -> tf.Tensor:
    """`cross_entropy_sum` of a label head's logits, a tile at a time.

    The loss is a sum over labels and documents. So a tile of both gives its
    part of the loss and of every gradient at once, one tile after another,
    and nothing of size (tokens x labels) outlives its tile. Equal to the
    plain form to float rounding.

    In mixed precision the attention's matrix products are in the lower
    precision; softmax, loss and sums over tiles are in float32.

    Args:
        head: the built head.
        keys: float32 of shape `(batch, tokens, key_dim)`.
        values: float32 of shape `(batch, tokens, value_dim)`.
        mask: boolean of shape `(batch, tokens)`.
        label_ids: int32 of shape `(batch, most labels)`, padded with -1.
        weights: float32 of shape `(batch,)`.
        label_chunk_size: labels of a tile; 0 chooses by itself.

    Returns:
        float32 scalar, differentiable once.
    """
    dtype = head.compute_dtype
    tiles = tiles_of(head, keys, label_chunk_size)
    hidden, values = hide_padding(mask, values)

    @tf.custom_gradient
    def loss_sum(keys, values, label_vectors, label_biases, *shared):
        # Within: gradients of the lower precision would lose what is small.
        tokens = [tf.cast(x, dtype) for x in (keys, values)]
        loss, gradients = _loop_over_chunks(
            (*tokens, hidden, label_ids, weights),
            (label_vectors, label_biases, shared),
            tiles,
        )

        def gradient(upstream):
            of_sum = tf.nest.flatten(gradients)
            return tf.cond(
                upstream == 1.0,
                lambda: of_sum,  # Not copied: they can be large.
                lambda: [g * upstream for g in of_sum],
            )

        return loss, gradient

    label_vectors, label_biases, shared = parameters_of(head)
    return loss_sum(keys, values, label_vectors, label_biases, *shared)


def _loop_over_chunks(documents, parameters, tiles: Tiles):
    """Loss, and its gradients in the order of `loss_sum`'s arguments."""
    keys, values, *_ = documents
    label_vectors, label_biases, shared = parameters
    num_labels = tf.shape(label_vectors)[0]

    def body(start, sums, d_rows, d_tokens):
        end = tf.minimum(start + tiles.labels, num_labels)
        of_chunk, new_rows, d_tokens = _loop_over_documents(
            documents,
            (label_vectors[start:end], label_biases[start:end], shared),
            start,
            tiles.documents,
            d_tokens,
        )
        d_rows = _in_place(
            tf.raw_ops.InplaceUpdate, d_rows, start, end, new_rows
        )
        return end, _add(sums, of_chunk), d_rows, d_tokens

    _, (loss, d_shared), d_rows, d_tokens = tf.while_loop(
        lambda start, *_: start < num_labels,
        body,
        (
            0,
            (0.0, [tf.zeros_like(w) for w in shared]),
            [_buffer(tf.shape(w)) for w in (label_vectors, label_biases)],
            [_buffer(tf.shape(x)) for x in (keys, values)],
        ),
        # One after another: side by side they would all be in memory.
        parallel_iterations=1,
    )
    return loss, (d_tokens, d_rows, d_shared)


def _loop_over_documents(
    documents, parameters, first_label, block_size, d_tokens
):
    """Loss and gradients of a chunk of labels.

    Args:
        documents: keys, values, and what else has a row a document.
        parameters: of the chunk, and shared.
        first_label: id of the chunk's first label.
        block_size: documents of a tile.
        d_tokens: gradients of keys and values, buffers; those of the chunk
            are added to them in place.

    Returns:
        Loss and gradients of the shared weights; gradients of the chunk's
        label vectors and biases; `d_tokens`.
    """
    keys = documents[0]
    label_vectors, label_biases, shared = parameters
    num_documents = tf.shape(keys)[0]
    vectors = tf.cast(label_vectors, keys.dtype)
    # Here and not at its product: one that transposes is slower.
    transposed = tf.transpose(vectors)

    def body(start, sums, d_tokens):
        end = tf.minimum(start + block_size, num_documents)
        *tokens, label_ids, weights = (x[start:end] for x in documents)
        of_tile, d_tile = _tile_gradients(
            tokens,
            (vectors, transposed, label_biases, shared),
            (label_ids - first_label, weights),
        )
        d_tokens = _in_place(
            tf.raw_ops.InplaceAdd, d_tokens, start, end, d_tile
        )
        return end, _add(sums, of_tile), d_tokens

    _, (sums, rows), d_tokens = tf.while_loop(
        lambda start, *_: start < num_documents,
        body,
        (
            0,
            (
                (0.0, [tf.zeros_like(w) for w in shared]),
                [tf.zeros_like(label_vectors), tf.zeros_like(label_biases)],
            ),
            d_tokens,
        ),
        parallel_iterations=1,
    )
    return sums, rows, d_tokens


def _tile_gradients(tokens, parameters, targets):
    """Forward and backward of one tile (eq. 4 to 6).

    Returns:
        What is summed over documents: loss and gradients of the shared
        weights, gradients of label vectors and biases. And gradients of keys
        and values. All in float32.
    """
    keys, values, hidden = tokens
    label_vectors, transposed, label_biases, shared = parameters
    label_ids, weights = targets
    alpha, attended = attend(label_vectors, keys, values, hidden)
    inputs = [attended, label_biases, *shared]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        logits = LabelHead.score(attended, shared) + label_biases
        loss = cross_entropy_sum(
            logits, multi_hot(label_ids, tf.shape(label_biases)[0]), weights
        )
    d_attended, d_biases, *d_shared = tape.gradient(loss, inputs)
    scale = _scale(d_attended, keys.dtype)
    d_attended = d_attended if scale is None else d_attended * scale
    low_d_attended = tf.cast(d_attended, keys.dtype)
    d_alpha = tf.matmul(low_d_attended, values, transpose_b=True)
    # Softmax's own gradient needs, per label, the sum over tokens of alpha
    # times its gradient. That sum is attended . d_attended.
    common = tf.reduce_sum(attended * d_attended, axis=-1, keepdims=True)
    d_scores = alpha * (tf.cast(d_alpha, tf.float32) - common)
    d_scores = tf.cast(d_scores, keys.dtype)
    d_vectors, *d_tokens = (
        _unscaled(d, scale)
        for d in (
            tf.reduce_sum(tf.matmul(d_scores, keys), axis=0),
            _turned(tf.matmul(transposed, d_scores)),
            _turned(
                tf.matmul(
                    low_d_attended, tf.cast(alpha, keys.dtype), transpose_a=True
                )
            ),
        )
    )
    return ((loss, d_shared), [d_vectors, d_biases]), d_tokens


def _scale(gradient: tf.Tensor, dtype: str | tf.DType) -> tf.Tensor | None:
    """What brings a gradient into the range of float16, or None.

    float16 loses what is below 6e-8. As all gradients of a tile are made at
    once, a scale follows from the first of them; no loss scale has to be
    looked for, and kept, from step to step.
    """
    if dtype != tf.float16:
        return None
    # All labels may pull at a token in one direction; float16 ends at 65504.
    num_labels = tf.cast(tf.shape(gradient)[1], tf.float32)
    largest = tf.maximum(tf.reduce_max(tf.abs(gradient)), 1e-30)
    return tf.minimum(1.0, 1e4 / num_labels) / largest


def _unscaled(gradient: tf.Tensor, scale: tf.Tensor | None) -> tf.Tensor:
    gradient = tf.cast(gradient, tf.float32)
    return gradient if scale is None else gradient / scale


def _add(totals, parts):
    return tf.nest.map_structure(tf.add, totals, parts)


def _buffer(shape) -> tf.Tensor:
    """Zeros that are written in place.

    Large gradients live in such buffers: parts of one that are put together
    at the end take its memory twice, and a sum that is made anew at every
    tile does too. `tf.zeros` will not do: TensorFlow makes one tensor of two
    of the same shape.
    """
    return tf.raw_ops.Empty(shape=shape, dtype=tf.float32, init=True)


def _in_place(operation, buffers, start, end, parts) -> list[tf.Tensor]:
    """Changes the rows from `start` to `end` of each buffer."""
    rows = tf.range(start, end)
    return [
        operation(x=buffer, i=rows, v=part)
        for buffer, part in zip(buffers, parts, strict=True)
    ]


def _turned(matrices: tf.Tensor) -> tf.Tensor:
    return tf.transpose(matrices, [0, 2, 1])
