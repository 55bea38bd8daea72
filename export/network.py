"""The network of a served model: from token ids to labels and reasons."""

from collections.abc import Callable

import tensorflow as tf

from axml_tf.models.systems.neural_system import NeuralSystem, States

# Documents that are read at once. What one request may take of memory thus
# hardly grows with its documents.
_BLOCK = 32


class Network:
    """A trained system, a block of documents after another.

    No `tf.Module`, so that a module that holds it does not track the Keras
    model: a SavedModel that does loads in Python, but TensorFlow Serving does
    not find its variables.

    Token ids are int32 `(batch, tokens)`, padded with 0 at the end.

    Args:
        system: in float32, made outside any strategy.
    """

    def __init__(self, system: NeuralSystem):
        self._system = system

    def best(
        self, token_ids: tf.Tensor, top_k: int
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Probabilities and ids of the best labels, `(batch, top_k)`."""
        return _in_blocks(
            lambda ids: self._best(self._read(ids), top_k),
            [token_ids],
            (tf.float32, tf.int32),
        )

    def best_explained(
        self, token_ids: tf.Tensor, top_k: int
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """The same, and attention, `(batch, top_k, tokens)`."""

        def explain(
            token_ids: tf.Tensor,
        ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            states = self._read(token_ids)
            probabilities, label_ids = self._best(states, top_k)
            _, attention = self._look(states, label_ids)
            return probabilities, label_ids, attention

        return _in_blocks(
            explain, [token_ids], (tf.float32, tf.int32, tf.float32)
        )

    def explained(
        self, token_ids: tf.Tensor, label_ids: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """How some labels, `(batch, k)`, see their document.

        Returns:
            Probabilities, `(batch, k)`, and attention, `(batch, k, tokens)`.
        """
        return _in_blocks(
            lambda ids, labels: self._look(self._read(ids), labels),
            [token_ids, label_ids],
            (tf.float32, tf.float32),
        )

    # One graph for all signatures; each would have a copy of its own.
    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)])
    def _read(self, token_ids: tf.Tensor) -> States:
        """Runs all that comes before the labels."""
        return self._system.read(token_ids)

    @tf.function(reduce_retracing=True)
    def _best(self, states: States, top_k: int) -> tuple[tf.Tensor, tf.Tensor]:
        logits, label_ids = self._system.best(states, top_k=top_k)
        return tf.sigmoid(logits), label_ids

    def _look(
        self, states: States, label_ids: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        return self._system.look(states, label_ids=label_ids)


def _in_blocks(
    function: Callable[..., tuple[tf.Tensor, ...]],
    inputs: list[tf.Tensor],
    dtypes: tuple[tf.DType, ...],
) -> tuple[tf.Tensor, ...]:
    """A function of documents, of a block of them after another.

    Args:
        function: gives tensors with a row for each row of its own inputs.
        inputs: tensors with a row for each document.
        dtypes: of the function's results.

    Returns:
        The results of all documents.
    """
    num_documents = tf.shape(inputs[0])[0]
    # One for a batch of none too: its results have shapes.
    num_blocks = tf.maximum(1, -(-num_documents // _BLOCK))

    def body(
        index: tf.Tensor, *results: tf.TensorArray
    ) -> tuple[tf.Tensor, ...]:
        rows = slice(index * _BLOCK, (index + 1) * _BLOCK)
        of_block = function(*(x[rows] for x in inputs))
        return index + 1, *(
            result.write(index, x)
            for result, x in zip(results, of_block, strict=True)
        )

    _, *results = tf.while_loop(
        lambda index, *_: index < num_blocks,
        body,
        (
            0,
            *(
                tf.TensorArray(dtype, num_blocks, infer_shape=False)
                for dtype in dtypes
            ),
        ),
        # One after another: side by side they would all be in memory.
        parallel_iterations=1,
    )
    return tuple(result.concat() for result in results)
