"""The graph that is served: raw text in, names of labels out."""

import os
from collections.abc import Callable

import keras
import tensorflow as tf

from axml_tf import schema
from axml_tf.chunked_top_k import head_top_k
from axml_tf.layers.multi_label_attention import MultiLabelAttention
from axml_tf.model import split_at_head
from axml_tf.text import Tokenizer
from export import signatures


class ServingModule(tf.Module):
    """A trained model between tokenizer and label names.

    Its inputs and outputs are described in `export/signatures.py`.

    Args:
        model: AttentionXML in float32, made outside any strategy.
        tokenizer: turns texts into the ids that the model was trained with.
        labels_file: path of a text file with one label name per line, in the
            order of their ids. It becomes an asset of the SavedModel.
        top_k: int. Labels in an answer, at most all.
    """

    def __init__(
        self,
        model: keras.Model,
        tokenizer: Tokenizer,
        labels_file: str | os.PathLike,
        top_k: int,
    ):
        super().__init__(name="serving")
        self.tokenizer = tokenizer
        self.top_k = top_k
        self.label_names = tf.lookup.StaticHashTable(
            tf.lookup.TextFileInitializer(
                os.fspath(labels_file),
                key_dtype=tf.int64,
                key_index=tf.lookup.TextFileIndex.LINE_NUMBER,
                value_dtype=tf.string,
                value_index=tf.lookup.TextFileIndex.WHOLE_LINE,
            ),
            default_value="",
        )
        # The variables and not the model: a SavedModel that tracks a Keras
        # model loads in Python, but TF Serving does not find its variables.
        self.model_variables = [variable.value for variable in model.variables]
        attention = model.get_layer("label_head").attention
        self.label_vectors = attention.label_vectors.value
        self._keys_and_best = _keys_and_best(model, top_k)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
    def serve(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """The best labels of plain texts."""
        token_ids = self.tokenizer(text).token_ids
        _, answer = self._answer(_to_dense(token_ids, schema.PAD_ID))
        return answer

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "examples")])
    def serve_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """The best labels of the texts in serialized `tf.train.Example`s."""
        wanted = {"text": schema.FEATURES["text"]}
        return self.serve(tf.io.parse_example(examples, wanted)["text"])

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
    def explain(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """The best labels of plain texts, and what each attends to."""
        tokenized = self.tokenizer(text)
        token_ids = _to_dense(tokenized.token_ids, schema.PAD_ID)
        states, answer = self._answer(token_ids)
        # Of the k labels only: (batch, k, key_dim), (batch, tokens, key_dim)
        #     -> (batch, k, tokens)
        attention = MultiLabelAttention.attention_weights(
            tf.gather(self.label_vectors, answer["label_ids"]),
            states,
            tf.not_equal(token_ids, schema.PAD_ID),
        )
        words = tokenized.words.with_values(
            # An answer over REST is JSON, which holds valid UTF-8 only.
            tf.strings.unicode_transcode(
                tokenized.words.values, "UTF-8", "UTF-8", errors="replace"
            )
        )
        return {
            **answer,
            "tokens": _to_dense(words, ""),
            "token_ids": token_ids,
            "starts": _to_dense(tokenized.starts, -1),
            "ends": _to_dense(tokenized.ends, -1),
            "attention": attention,
        }

    def signatures(self) -> dict[str, Callable]:
        """The functions by signature name, as `tf.saved_model.save` wants."""
        return {
            signatures.SERVE: self.serve,
            signatures.EXAMPLES: self.serve_examples,
            signatures.EXPLAIN: self.explain,
        }

    def _answer(
        self, token_ids: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        keys, best, label_ids = self._keys_and_best(token_ids)
        return keys, {
            "labels": self.label_names.lookup(tf.cast(label_ids, tf.int64)),
            "probabilities": tf.sigmoid(best),
            "label_ids": label_ids,
        }


def _keys_and_best(
    model: keras.Model, top_k: int
) -> Callable[[tf.Tensor], tuple[tf.Tensor, ...]]:
    """Function of token ids: what labels attend by; best logits; their ids."""
    trunk, head = split_at_head(model)

    def function(token_ids):
        keys, values, mask = trunk(token_ids, training=False)
        return keys, *head_top_k(head, keys, values, mask, top_k)

    return function


def _to_dense(ragged: tf.RaggedTensor, padding: int | str) -> tf.Tensor:
    dense = ragged.to_tensor(default_value=padding)
    # A batch of empty texts has no column, and no LSTM runs over none.
    missing = tf.maximum(0, 1 - tf.shape(dense)[1])
    return tf.pad(dense, [[0, 0], [0, missing]], constant_values=padding)
