"""XML-CNN (Liu et al. 2017)."""

import keras

from axml_tf.models.encoders.encoder import embed
from axml_tf.models.layers.dynamic_max_pooling import DynamicMaxPooling
from axml_tf.models.model_config import ModelConfig

_WIDTHS = (2, 4, 8)
_NUM_PARTS = 8


def build_xml_cnn(config: ModelConfig) -> keras.Model:
    """Builds XML-CNN: convolutions, dynamic max-pooling, a bottleneck.

    Filters are 2, 4 and 8 words wide; each width has `hidden_dim` feature
    maps, of which the maxima of eight parts of the document are kept. The
    paper has 128 feature maps and a bottleneck (`fc_dims`) of 512; dropout
    stands before the output.

    Convolutions reach over both ends of a document, where the original has
    none: so a document may be shorter than the widest filter.

    Args:
        config: what to build.

    Returns:
        Model from `token_ids`, int32 of shape `(batch, tokens)` padded with
        0, to float32 logits of shape `(batch, num_labels)`.

    Reference:
     - [Liu et al., 2017](https://doi.org/10.1145/3077136.3080834)
    """
    token_ids, mask, embedded = embed(config)
    # What stands behind a document is nothing, as beyond the padding.
    embedded *= keras.ops.cast(mask, "float32")[..., None]
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
        keras.layers.Concatenate(name="feature_maps")(maps), mask=mask
    )
    for number, units in enumerate(config.fc_dims, 1):
        hidden = keras.layers.Dense(
            units, activation="relu", name=f"fully_connected_{number}"
        )(hidden)
    hidden = keras.layers.Dropout(config.dropout, name="dropout")(hidden)
    logits = keras.layers.Dense(config.num_labels, name="output")(hidden)
    return keras.Model(token_ids, logits, name="xml_cnn")
