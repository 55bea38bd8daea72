"""XML-RNN, the paper's ablation: max-pooling in place of attention."""

import keras

from axml_tf.models.encoders.reading import read_words
from axml_tf.models.layers.dynamic_max_pooling import DynamicMaxPooling
from axml_tf.models.systems.neural_system import NeuralSystem, Parts


class XmlRnn(NeuralSystem):
    """AttentionXML with max-pooling in place of attention.

    One representation of a document serves all labels, so the output layer
    has weights of its own for each; all else is as in `AttentionXML`.
    `fc_dims` are the fully connected layers.

    Reference:
     - [You et al., 2018](https://arxiv.org/abs/1811.01727), Competing
       Methods
    """

    name = "xml_rnn"

    def build(self) -> Parts:
        """Builds the model."""
        words = read_words(self.config, self.jit_compile)
        hidden = DynamicMaxPooling(1, name="pooling")(
            words.states, mask=words.mask
        )
        for number, units in enumerate(self.config.fc_dims, 1):
            hidden = keras.layers.Dense(
                units, activation="relu", name=f"fully_connected_{number}"
            )(hidden)
        output = keras.layers.Dense(self.config.num_labels, name="output")
        model = keras.Model(words.token_ids, output(hidden), name=self.name)
        return Parts(model, words.embedding, output.bias)
