"""The paper's loss on the label head, a chunk of it at a time."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import tensorflow as tf

from axml_tf.models.label_head.label_chunks import (
    Chunks,
    HeadParameters,
    Tokens,
    attend,
    chunks_of,
    hide_padding,
    parameters_of,
)
from axml_tf.models.label_head.label_head import LabelHead
from axml_tf.models.losses import cross_entropy_sum, multi_hot

# Tensors in tuples of tuples, which stay as they are.
_Nested = TypeVar("_Nested")


class _Documents(NamedTuple):
    """What documents have, a row each.

    Attributes:
        tokens: keys and values in the precision of the matrix products.
        label_ids: int32 of shape `(documents, most labels)`. They count from
            the first of the labels at hand; others are below 0 or too large.
        weights: float32 of shape `(documents,)`.
    """

    tokens: Tokens
    label_ids: tf.Tensor
    weights: tf.Tensor


class _ChunkParameters(NamedTuple):
    """The weights of a chunk's labels, as its matrix products take them.

    Attributes:
        label_vectors: of shape `(labels, key_dim)`, in the precision of the
            tokens.
        transposed: the same, `(key_dim, labels)`.
        label_biases: float32 of shape `(labels,)`.
        shared: float32, `LabelHead.shared_weights`.
    """

    label_vectors: tf.Tensor
    transposed: tf.Tensor
    label_biases: tf.Tensor
    shared: list[tf.Tensor]


class _Sums(NamedTuple):
    """What is summed over all chunks: loss, and gradients of shared weights."""

    loss: tf.Tensor
    d_shared: list[tf.Tensor]


class _LabelGradients(NamedTuple):
    """What is summed over documents: gradients of what each label has."""

    label_vectors: tf.Tensor
    label_biases: tf.Tensor


class _TokenGradients(NamedTuple):
    """What is summed over labels: gradients of what each token has."""

    keys: tf.Tensor
    values: tf.Tensor


def head_cross_entropy_sum(
    head: LabelHead,
    keys: tf.Tensor,
    values: tf.Tensor,
    mask: tf.Tensor,
    *,
    label_ids: tf.Tensor,
    weights: tf.Tensor,
    label_chunk_size: int = 0,
) -> tf.Tensor:
    """`cross_entropy_sum` of a label head's logits, a chunk at a time.

    The loss is a sum over labels and documents. So a chunk of both gives its
    part of the loss and of every gradient at once, one chunk after another,
    and nothing of size (tokens x labels) outlives its chunk. Equal to the
    plain form to float rounding.

    In mixed precision the attention's matrix products are in the lower
    precision; softmax, loss and sums over chunks are in float32.

    Args:
        head: the built head.
        keys: float32 of shape `(batch, tokens, key_dim)`.
        values: float32 of shape `(batch, tokens, value_dim)`.
        mask: boolean of shape `(batch, tokens)`.
        label_ids: int32 of shape `(batch, most labels)`, padded with -1.
        weights: float32 of shape `(batch,)`.
        label_chunk_size: labels of a chunk; 0 chooses by itself.

    Returns:
        float32 scalar, differentiable once.
    """
    dtype = head.compute_dtype
    chunks = chunks_of(head, keys, label_chunk_size)
    hidden, values = hide_padding(mask, values)

    @tf.custom_gradient
    def loss_sum(
        keys: tf.Tensor,
        values: tf.Tensor,
        label_vectors: tf.Tensor,
        label_biases: tf.Tensor,
        *shared: tf.Tensor,
    ) -> tuple[tf.Tensor, Callable[[tf.Tensor], list[tf.Tensor]]]:
        # Within: gradients of the lower precision would lose what is small.
        tokens = Tokens(tf.cast(keys, dtype), tf.cast(values, dtype), hidden)
        loss, gradients = _loop_over_labels(
            _Documents(tokens, label_ids, weights),
            HeadParameters(label_vectors, label_biases, list(shared)),
            chunks,
        )

        def gradient(upstream: tf.Tensor) -> list[tf.Tensor]:
            return tf.cond(
                upstream == 1.0,
                lambda: gradients,  # Not copied: they can be large.
                lambda: [g * upstream for g in gradients],
            )

        return loss, gradient

    label_vectors, label_biases, shared = parameters_of(head)
    return loss_sum(keys, values, label_vectors, label_biases, *shared)


def _loop_over_labels(
    documents: _Documents, parameters: HeadParameters, chunks: Chunks
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Loss, and its gradients in the order of `loss_sum`'s arguments."""
    keys, values, _ = documents.tokens
    label_vectors, label_biases, shared = parameters
    num_labels = tf.shape(label_vectors)[0]

    def body(
        start: tf.Tensor,
        sums: _Sums,
        d_labels: _LabelGradients,
        d_tokens: _TokenGradients,
    ) -> tuple[tf.Tensor, _Sums, _LabelGradients, _TokenGradients]:
        end = tf.minimum(start + chunks.labels, num_labels)
        of_chunk, new_rows, d_tokens = _loop_over_documents(
            documents._replace(label_ids=documents.label_ids - start),
            parameters.of_labels(start, end),
            chunks.documents,
            d_tokens,
        )
        d_labels = _in_place(
            tf.raw_ops.InplaceUpdate, d_labels, tf.range(start, end), new_rows
        )
        return end, _add(sums, of_chunk), d_labels, d_tokens

    _, sums, d_labels, d_tokens = tf.while_loop(
        lambda start, *_: start < num_labels,
        body,
        (
            0,
            _Sums(tf.constant(0.0), [tf.zeros_like(w) for w in shared]),
            _LabelGradients(_buffer(label_vectors), _buffer(label_biases)),
            _TokenGradients(_buffer(keys), _buffer(values)),
        ),
        # One after another: side by side they would all be in memory.
        parallel_iterations=1,
    )
    return sums.loss, [*d_tokens, *d_labels, *sums.d_shared]


def _loop_over_documents(
    documents: _Documents,
    parameters: HeadParameters,
    chunk_documents: tf.Tensor,
    d_tokens: _TokenGradients,
) -> tuple[_Sums, _LabelGradients, _TokenGradients]:
    """Loss and gradients of some labels, for all documents.

    Args:
        documents: all of them.
        parameters: of the labels.
        chunk_documents: documents of a chunk.
        d_tokens: buffers; the labels' gradients are added to them in place.

    Returns:
        Sums over the documents, gradients of the labels, and `d_tokens`.
    """
    keys = documents.tokens.keys
    label_vectors, label_biases, shared = parameters
    num_documents = tf.shape(keys)[0]
    vectors = tf.cast(label_vectors, keys.dtype)
    # Here and not at its product: one that transposes is slower.
    transposed = tf.transpose(vectors)
    chunk_parameters = _ChunkParameters(
        vectors, transposed, label_biases, shared
    )

    def body(
        start: tf.Tensor,
        sums: _Sums,
        d_labels: _LabelGradients,
        d_tokens: _TokenGradients,
    ) -> tuple[tf.Tensor, _Sums, _LabelGradients, _TokenGradients]:
        end = tf.minimum(start + chunk_documents, num_documents)
        new_sums, new_labels, new_rows = _chunk_gradients(
            _Documents(
                documents.tokens.of_documents(start, end),
                documents.label_ids[start:end],
                documents.weights[start:end],
            ),
            chunk_parameters,
        )
        d_tokens = _in_place(
            tf.raw_ops.InplaceAdd, d_tokens, tf.range(start, end), new_rows
        )
        return end, _add(sums, new_sums), _add(d_labels, new_labels), d_tokens

    _, *results = tf.while_loop(
        lambda start, *_: start < num_documents,
        body,
        (
            0,
            _Sums(tf.constant(0.0), [tf.zeros_like(w) for w in shared]),
            _LabelGradients(
                tf.zeros_like(label_vectors), tf.zeros_like(label_biases)
            ),
            d_tokens,
        ),
        parallel_iterations=1,
    )
    sums, d_labels, d_tokens = results
    return sums, d_labels, d_tokens


def _chunk_gradients(
    documents: _Documents, parameters: _ChunkParameters
) -> tuple[_Sums, _LabelGradients, _TokenGradients]:
    """Forward and backward of one chunk (eq. 4 to 6), all in float32."""
    keys, values, _ = documents.tokens
    label_vectors, transposed, label_biases, shared = parameters
    alpha, attended = attend(label_vectors, documents.tokens)
    inputs = [attended, label_biases, *shared]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        logits = LabelHead.score(attended, shared) + label_biases
        targets = multi_hot(documents.label_ids, tf.shape(label_biases)[0])
        loss = cross_entropy_sum(logits, targets, documents.weights)
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
    d_vectors = tf.reduce_sum(tf.matmul(d_scores, keys), axis=0)
    d_keys = _turned(tf.matmul(transposed, d_scores))
    d_values = _turned(
        tf.matmul(low_d_attended, tf.cast(alpha, keys.dtype), transpose_a=True)
    )
    return (
        _Sums(loss, d_shared),
        _LabelGradients(_unscaled(d_vectors, scale), d_biases),
        _TokenGradients(_unscaled(d_keys, scale), _unscaled(d_values, scale)),
    )


def _scale(gradient: tf.Tensor, dtype: tf.DType) -> tf.Tensor | None:
    """What brings a gradient into the range of float16, or None.

    float16 loses what is below 6e-8. As all gradients of a chunk are made at
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


def _add(totals: _Nested, parts: _Nested) -> _Nested:
    return tf.nest.map_structure(tf.add, totals, parts)


def _buffer(like: tf.Tensor) -> tf.Tensor:
    """float32 zeros of the shape of `like`, to be written in place.

    Large gradients live in such buffers: parts of one that are put together
    at the end take its memory twice, and a sum that is made anew at every
    chunk does too. `tf.zeros` will not do: TensorFlow makes one tensor of two
    of the same shape.
    """
    return tf.raw_ops.Empty(shape=tf.shape(like), dtype=tf.float32, init=True)


def _in_place(
    operation: Callable[..., tf.Tensor],
    buffers: _Nested,
    rows: tf.Tensor,
    parts: _Nested,
) -> _Nested:
    """Changes some rows of each buffer.

    Args:
        operation: `tf.raw_ops.InplaceUpdate` or `tf.raw_ops.InplaceAdd`.
        buffers: of `_buffer`.
        rows: int32 of shape `(rows,)`, ids of the rows.
        parts: what is written or added, a row for each.
    """
    return tf.nest.map_structure(
        lambda buffer, part: operation(x=buffer, i=rows, v=part), buffers, parts
    )


def _turned(matrices: tf.Tensor) -> tf.Tensor:
    return tf.transpose(matrices, [0, 2, 1])
