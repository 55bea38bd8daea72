"""The best labels of a label head, a chunk of it at a time."""

import tensorflow as tf

from axml_tf.models.label_head.label_chunks import (
    HeadParameters,
    Tokens,
    attend,
    chunks_of,
    hide_padding,
    parameters_of,
)
from axml_tf.models.label_head.label_head import LabelHead


def head_top_k(
    head: LabelHead,
    keys: tf.Tensor,
    values: tf.Tensor,
    mask: tf.Tensor,
    *,
    top_k: int,
    label_chunk_size: int = 0,
) -> tuple[tf.Tensor, tf.Tensor]:
    """`tf.math.top_k` of a label head's logits, a chunk at a time.

    Goes through the labels in the chunks that training uses and keeps the
    best so far: neither `(batch, labels)` nor anything larger exists.

    Args:
        head: the built head.
        keys: of shape `(batch, tokens, key_dim)`.
        values: of shape `(batch, tokens, value_dim)`.
        mask: boolean of shape `(batch, tokens)`.
        top_k: labels per document, at most all.
        label_chunk_size: labels of a chunk; 0 chooses by itself.

    Returns:
        Logits, float32 of shape `(batch, top_k)`, descending, and label ids,
        int32 of the same shape. Ties have the lower label id first.
    """
    dtype = head.compute_dtype
    chunks = chunks_of(head, keys, label_chunk_size)
    hidden, values = hide_padding(mask, values)
    tokens = Tokens(tf.cast(keys, dtype), tf.cast(values, dtype), hidden)
    parameters = parameters_of(head)
    num_documents = tf.shape(keys)[0]

    def body(
        start: tf.Tensor, *results: tf.TensorArray
    ) -> tuple[tf.Tensor | tf.TensorArray, ...]:
        best = _best_of_all_labels(
            tokens.of_documents(start, start + chunks.documents),
            parameters,
            chunks.labels,
            top_k,
        )
        index = start // chunks.documents
        return (
            start + chunks.documents,
            *(a.write(index, b) for a, b in zip(results, best, strict=True)),
        )

    results = [
        tf.TensorArray(
            result_type,
            -(-num_documents // chunks.documents),
            element_shape=[None, top_k],
            infer_shape=False,
        )
        for result_type in (tf.float32, tf.int32)
    ]
    _, *results = tf.while_loop(
        lambda start, *_: start < num_documents,
        body,
        (0, *results),
        # One after another: side by side they would all be in memory.
        parallel_iterations=1,
    )
    logits, label_ids = (result.concat() for result in results)
    return logits, label_ids


def _best_of_all_labels(
    tokens: Tokens,
    parameters: HeadParameters,
    chunk_labels: tf.Tensor,
    top_k: int,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Logits and ids of the best labels of a chunk's documents.

    Args:
        tokens: of the documents.
        parameters: of all labels.
        chunk_labels: labels of a chunk.
        top_k: as in `head_top_k`.
    """
    num_labels = tf.shape(parameters.label_vectors)[0]
    shape = [tf.shape(tokens.keys)[0], top_k]

    def body(
        start: tf.Tensor, best: tf.Tensor, best_ids: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        end = tf.minimum(start + chunk_labels, num_labels)
        logits = _chunk_logits(tokens, parameters.of_labels(start, end))
        ids = tf.broadcast_to(tf.range(start, end), tf.shape(logits))
        # Those so far have lower ids and come first: so they win ties.
        best, places = tf.math.top_k(tf.concat([best, logits], 1), top_k)
        ids = tf.concat([best_ids, ids], 1)
        return end, best, tf.gather(ids, places, batch_dims=1)

    _, best, best_ids = tf.while_loop(
        lambda start, *_: start < num_labels,
        body,
        (0, tf.fill(shape, -float("inf")), tf.zeros(shape, tf.int32)),
        shape_invariants=(
            tf.TensorShape([]),
            *[tf.TensorShape([None, top_k])] * 2,
        ),
        parallel_iterations=1,
    )
    return best, best_ids


def _chunk_logits(tokens: Tokens, parameters: HeadParameters) -> tf.Tensor:
    """Logits of a chunk (eq. 4 and 5), `(documents, labels)`."""
    _, attended = attend(
        tf.cast(parameters.label_vectors, tokens.keys.dtype), tokens
    )
    return (
        LabelHead.score(attended, parameters.shared) + parameters.label_biases
    )
