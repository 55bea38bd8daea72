"""The best labels of a label head, a tile of it at a time."""

import tensorflow as tf

from axml_tf.models.label_head.label_chunks import (
    attend,
    hide_padding,
    parameters_of,
    tiles_of,
)
from axml_tf.models.label_head.label_head import LabelHead


def head_top_k(
    head: LabelHead,
    keys: tf.Tensor,
    values: tf.Tensor,
    mask: tf.Tensor,
    top_k: int,
    label_chunk_size: int = 0,
) -> tuple[tf.Tensor, tf.Tensor]:
    """`tf.math.top_k` of a label head's logits, a tile at a time.

    Goes through the labels in the tiles that training uses and keeps the best
    so far: neither `(batch, labels)` nor anything larger exists.

    Args:
        head: the built head.
        keys: of shape `(batch, tokens, key_dim)`.
        values: of shape `(batch, tokens, value_dim)`.
        mask: boolean of shape `(batch, tokens)`.
        top_k: labels per document, at most all.
        label_chunk_size: labels of a tile; 0 chooses by itself.

    Returns:
        Logits, float32 of shape `(batch, top_k)`, descending, and label ids,
        int32 of the same shape. Ties have the lower label id first.
    """
    dtype = head.compute_dtype
    tiles = tiles_of(head, keys, label_chunk_size)
    hidden, values = hide_padding(mask, values)
    tokens = (tf.cast(keys, dtype), tf.cast(values, dtype), hidden)
    parameters = parameters_of(head)
    num_documents = tf.shape(keys)[0]

    def body(start, *results):
        best = _best_of_all_labels(
            [x[start : start + tiles.documents] for x in tokens],
            parameters,
            tiles.labels,
            top_k,
        )
        index = start // tiles.documents
        return (
            start + tiles.documents,
            *(a.write(index, b) for a, b in zip(results, best, strict=True)),
        )

    results = [
        tf.TensorArray(
            result_type,
            -(-num_documents // tiles.documents),
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


def _best_of_all_labels(tokens, parameters, chunk_size, top_k):
    """Logits and ids of the best labels of a block of documents."""
    label_vectors, label_biases, shared = parameters
    num_labels = tf.shape(label_vectors)[0]
    shape = [tf.shape(tokens[0])[0], top_k]

    def body(start, best, best_ids):
        end = tf.minimum(start + chunk_size, num_labels)
        logits = _tile_logits(
            tokens, label_vectors[start:end], label_biases[start:end], shared
        )
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


def _tile_logits(tokens, label_vectors, label_biases, shared):
    """Logits of a tile (eq. 4 and 5), `(documents, labels)`."""
    keys, values, hidden = tokens
    _, attended = attend(
        tf.cast(label_vectors, keys.dtype), keys, values, hidden
    )
    return LabelHead.score(attended, shared) + label_biases
