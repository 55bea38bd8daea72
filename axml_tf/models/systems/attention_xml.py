"""AttentionXML (You et al. 2018)."""

import keras
import tensorflow as tf

from axml_tf.models.encoders.reading import read_words
from axml_tf.models.label_head.chosen_labels import look
from axml_tf.models.label_head.chunked_loss import head_cross_entropy_sum
from axml_tf.models.label_head.chunked_top_k import head_top_k
from axml_tf.models.label_head.label_head import LabelHead
from axml_tf.models.systems.neural_system import NeuralSystem, Parts, States

_POLICIES = {
    "none": "float32",
    "bfloat16": "mixed_bfloat16",
    "float16": "mixed_float16",
}


class AttentionXML(NeuralSystem):
    """Embedding, encoder, an attention of its own for every label.

    Layers, by name: `embedding` (eq. 1), `embedding_dropout`, the encoder's
    (`bilstm`: eq. 2, 3), `dropout`, `value_projection` (W1 of eq. 5, applied
    to the tokens), `label_head` (eq. 4 and the rest of eq. 5; within it
    `attention`, `fully_connected_2`, `output`).

    Its states are what the head takes: keys `(batch, tokens,
    2 * hidden_dim)`, values `(batch, tokens, fc_dims[0])` and mask, boolean
    `(batch, tokens)`. Loss and best labels go over them a chunk of labels at
    a time: nothing of size (tokens x labels) is ever there.

    Attributes:
        head: the label head.

    Reference:
     - [You et al., 2018](https://arxiv.org/abs/1811.01727), Method
    """

    name = "attention_xml"
    has_attention = True
    unused_settings = ()

    head: LabelHead
    _reader: keras.Model

    def build(self) -> Parts:
        """Builds the model."""
        config = self.config
        words = read_words(config, self.jit_compile)
        values = keras.layers.Dense(
            config.fc_dims[0], use_bias=False, name="value_projection"
        )(words.states)
        self.head = LabelHead(
            config.num_labels,
            config.fc_dims,
            config.label_bias,
            dtype=_POLICIES[self.mixed_precision],
            name="label_head",
        )
        logits = self.head(words.states, values, mask=words.mask)
        self._reader = keras.Model(
            words.token_ids, (words.states, values, words.mask)
        )
        return Parts(
            keras.Model(words.token_ids, logits, name=self.name),
            words.embedding,
            self.head.label_biases,
        )

    @property
    def label_vectors(self) -> keras.Variable:
        """What each label attends by: w of eq. 4."""
        return self.head.attention.label_vectors

    def read(self, token_ids: tf.Tensor, training: bool = False) -> States:
        """All that comes before the labels."""
        return tuple(self._reader(token_ids, training=training))

    def loss(
        self,
        states: States,
        *,
        label_ids: tf.Tensor,
        weights: tf.Tensor,
        label_chunk_size: int = 0,
    ) -> tf.Tensor:
        """As of any system, a chunk of labels at a time."""
        return head_cross_entropy_sum(
            self.head,
            *states,
            label_ids=label_ids,
            weights=weights,
            label_chunk_size=label_chunk_size,
        )

    def best(
        self, states: States, *, top_k: int
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """As of any system, a chunk of labels at a time."""
        return head_top_k(self.head, *states, top_k=top_k)

    def look(
        self, states: States, *, label_ids: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Probabilities and attention (eq. 4) of some labels."""
        return look(self.head, *states, label_ids=label_ids)
