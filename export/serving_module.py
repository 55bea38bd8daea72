"""The graph that is served: raw text in, names of labels out."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import tensorflow as tf

from axml_tf.dataset.tokenizer import (
    TokenizedText,
    Tokenizer,
    pad,
    with_a_column,
)
from axml_tf.export.network import Network
from axml_tf.formats import schema, signatures
from axml_tf.models.systems.neural_system import NeuralSystem

_TEXT = tf.TensorSpec([None], tf.string, "text")


class ServingModule(tf.Module):
    """A trained system between tokenizer and label names.

    Its inputs and outputs are described in `axml_tf/formats/signatures.py`.

    Args:
        system: in float32, made outside any strategy.
        tokenizer: turns texts into the ids that the model was trained with.
        labels_file: path of a text file with one label name per line, in the
            order of their ids. It becomes an asset of the SavedModel.
        top_k: int. Labels in an answer, at most all.
        max_top_k: int. Most labels that a request may ask for, at most all.
    """

    def __init__(
        self,
        system: NeuralSystem,
        tokenizer: Tokenizer,
        labels_file: str | os.PathLike,
        *,
        top_k: int,
        max_top_k: int,
    ):
        super().__init__(name="serving")
        self.tokenizer = tokenizer
        self.top_k = top_k
        self.max_top_k = max_top_k
        name, line = (
            (tf.string, tf.lookup.TextFileIndex.WHOLE_LINE),
            (tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER),
        )
        labels_file = os.fspath(labels_file)
        self.label_names = tf.lookup.StaticHashTable(
            tf.lookup.TextFileInitializer(labels_file, *line, *name), ""
        )
        self.ids_of_labels = tf.lookup.StaticHashTable(
            tf.lookup.TextFileInitializer(labels_file, *name, *line), -1
        )
        # The variables and not the model, see `Network`.
        self.model_variables = [
            variable.value for variable in system.model.variables
        ]
        self._network = Network(system)

    def best_of(self, text: tf.Tensor, top_k: int) -> dict[str, tf.Tensor]:
        """The answer of `serving_default`, of another number of labels."""
        return self._best_of_text(self._tokenize(text), top_k)

    @tf.function(input_signature=[_TEXT])
    def serve(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """The best labels of plain texts."""
        return self.best_of(text, self.top_k)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "examples")])
    def serve_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """The best labels of the texts in serialized `tf.train.Example`s."""
        wanted = {"text": schema.FEATURES["text"]}
        return self.serve(tf.io.parse_example(examples, wanted)["text"])

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "inputs")])
    def classify(self, inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """The same in the words of TensorFlow Serving's Classify."""
        answer = self.serve_examples(inputs)
        return {"classes": answer["labels"], "scores": answer["probabilities"]}

    @tf.function(
        input_signature=[tf.TensorSpec([None, None], tf.int32, "token_ids")]
    )
    def serve_token_ids(self, token_ids: tf.Tensor) -> dict[str, tf.Tensor]:
        """The best labels of texts that the caller has tokenised."""
        cut_off = token_ids[:, self.tokenizer.max_length :]
        token_ids = token_ids[:, : self.tokenizer.max_length]
        return self._best(
            with_a_column(token_ids, schema.PAD_ID),
            tf.reduce_any(cut_off != schema.PAD_ID, axis=1),
            self.top_k,
        )

    @tf.function(
        input_signature=[
            _TEXT,
            tf.TensorSpec([None], tf.int32, "k"),
            tf.TensorSpec([None], tf.float32, "threshold"),
        ]
    )
    def serve_top_k(
        self, text: tf.Tensor, k: tf.Tensor, threshold: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """At most `k` labels of each text, of a probability or more."""
        tf.debugging.Assert(
            tf.reduce_all((k >= 1) & (k <= self.max_top_k)),
            [f"k must be from 1 to {self.max_top_k}; received", k],
        )
        answer = self._best_of_text(self._tokenize(text), self.max_top_k)
        # In bounds whatever comes: of two errors in a graph either is told.
        k = tf.clip_by_value(k, 0, self.max_top_k)
        width = tf.reduce_max(tf.concat([k, [0]], 0))
        probabilities = answer["probabilities"][:, :width]
        wanted = (tf.range(width) < k[:, None]) & (
            probabilities >= threshold[:, None]
        )
        padding = {"labels": "", "probabilities": 0.0, "label_ids": -1}
        return {
            **answer,
            **{
                name: tf.where(wanted, answer[name][:, :width], value)
                for name, value in padding.items()
            },
            "num_labels": tf.reduce_sum(tf.cast(wanted, tf.int32), axis=1),
        }

    @tf.function(input_signature=[_TEXT])
    def explain(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """The best labels of plain texts, and what each attends to."""
        tokenized = self._tokenize(text)
        probabilities, label_ids, attention = self._network.best_explained(
            _dense_ids(tokenized), self.top_k
        )
        return {
            **self._named(label_ids, probabilities),
            "truncated": self._truncated(tokenized),
            **_tokens(tokenized),
            "attention": attention,
        }

    @tf.function(
        input_signature=[_TEXT, tf.TensorSpec([None], tf.string, "label")]
    )
    def explain_label(
        self, text: tf.Tensor, label: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """What one label, named by the caller, attends to in each text."""
        label_ids = self.ids_of_labels.lookup(label)
        unknown = tf.boolean_mask(label, label_ids < 0)
        tf.debugging.Assert(
            tf.equal(tf.size(unknown), 0),
            ["The model has no label of this name:", unknown],
        )
        tokenized = self._tokenize(text)
        # (batch,) -> (batch, 1)
        # In bounds, so that no other error than the one above can be told.
        label_ids = tf.cast(tf.maximum(label_ids, 0), tf.int32)[:, None]
        probabilities, attention = self._network.explained(
            _dense_ids(tokenized), label_ids
        )
        return {
            **self._named(label_ids, probabilities),
            "truncated": self._truncated(tokenized),
            **_tokens(tokenized),
            "attention": attention,
        }

    def signatures(self) -> dict[str, Callable]:
        """The functions by signature name, as `tf.saved_model.save` wants."""
        return {
            signatures.SERVE: self.serve,
            signatures.EXAMPLES: self.serve_examples,
            signatures.CLASSIFY: self.classify,
            signatures.TOKEN_IDS: self.serve_token_ids,
            signatures.TOP_K: self.serve_top_k,
            signatures.EXPLAIN: self.explain,
            signatures.EXPLAIN_LABEL: self.explain_label,
        }

    # One graph for all signatures; each would have a copy of its own.
    @tf.function(input_signature=[_TEXT])
    def _tokenize(self, text: tf.Tensor) -> TokenizedText:
        return self.tokenizer(text)

    def _truncated(self, tokenized: TokenizedText) -> tf.Tensor:
        return tokenized.num_words > self.tokenizer.max_length

    def _best_of_text(
        self, tokenized: TokenizedText, top_k: int
    ) -> dict[str, tf.Tensor]:
        return self._best(
            _dense_ids(tokenized), self._truncated(tokenized), top_k
        )

    def _best(
        self, token_ids: tf.Tensor, truncated: tf.Tensor, top_k: int
    ) -> dict[str, tf.Tensor]:
        probabilities, label_ids = self._network.best(token_ids, top_k)
        return {
            **self._named(label_ids, probabilities),
            "truncated": truncated,
        }

    def _named(
        self, label_ids: tf.Tensor, probabilities: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        return {
            "labels": self.label_names.lookup(tf.cast(label_ids, tf.int64)),
            "probabilities": probabilities,
            "label_ids": label_ids,
        }


def write_label_names(names: Iterable[str], folder: Path) -> Path:
    """Writes the file of label names that `ServingModule` takes.

    Args:
        names: of the labels, by id.
        folder: where to; the file becomes assets/labels.txt of an export.

    Returns:
        Its path.
    """
    path = folder / "labels.txt"
    path.write_text(
        "".join(f"{name}\n" for name in names), encoding="utf-8", newline="\n"
    )
    return path


def _tokens(tokenized: TokenizedText) -> dict[str, tf.Tensor]:
    words = tokenized.words.with_values(
        # An answer over REST is JSON, which holds valid UTF-8 only.
        tf.strings.unicode_transcode(
            tokenized.words.values, "UTF-8", "UTF-8", errors="replace"
        )
    )
    return {
        "tokens": pad(words, ""),
        "token_ids": _dense_ids(tokenized),
        "starts": pad(tokenized.starts, -1),
        "ends": pad(tokenized.ends, -1),
    }


def _dense_ids(tokenized: TokenizedText) -> tf.Tensor:
    return pad(tokenized.token_ids, schema.PAD_ID)
