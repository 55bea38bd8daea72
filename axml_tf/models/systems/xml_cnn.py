"""XML-CNN (Liu et al. 2017)."""

import keras

from axml_tf.models.encoders.reading import embed_words
from axml_tf.models.layers.dynamic_max_pooling import DynamicMaxPooling
from axml_tf.models.systems.neural_system import NeuralSystem, Parts

_WIDTHS = (2, 4, 8)
_NUM_PARTS = 8


class XmlCnn(NeuralSystem):
    """Convolutions, dynamic max-pooling, a bottleneck.

    Filters are 2, 4 and 8 words wide; each width has `hidden_dim` feature
    maps, of which the maxima of eight parts of the document are kept. The
    paper has 128 feature maps and a bottleneck (`fc_dims`) of 512; dropout
    stands before the output.

    Convolutions reach over both ends of a document, where the original has
    none: so a document may be shorter than the widest filter.

    Reference:
     - [Liu et al., 2017](https://doi.org/10.1145/3077136.3080834)
    """

    name = "xml_cnn"

    def build(self) -> Parts:
        """Builds the model."""
        config = self.config
        words = embed_words(config)
        # What stands behind a document is nothing, as beyond the padding.
        mask = keras.ops.cast(words.mask, "float32")[..., None]
        embedded = words.states * mask
        maps = [
            keras.layers.Conv1D(
                config.hidden_dim,
                width,
                padding="same",
                activation="relu",
                name=f"convolution_{width}",
            )(embedded)
            for width in _WIDTHS
        ]
        hidden = DynamicMaxPooling(_NUM_PARTS, name="pooling")(
            keras.layers.Concatenate(name="feature_maps")(maps),
            mask=words.mask,
        )
        for number, units in enumerate(config.fc_dims, 1):
            hidden = keras.layers.Dense(
                units, activation="relu", name=f"fully_connected_{number}"
            )(hidden)
        hidden = keras.layers.Dropout(config.dropout, name="dropout")(hidden)
        output = keras.layers.Dense(config.num_labels, name="output")
        model = keras.Model(words.token_ids, output(hidden), name=self.name)
        return Parts(model, words.embedding, output.bias)
