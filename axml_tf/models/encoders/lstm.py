"""The paper's encoder: an LSTM in both directions."""

from axml_tf.models.layers.bidirectional_lstm import BidirectionalLSTM
from axml_tf.models.model_config import ModelConfig


def make_lstm(config: ModelConfig, jit_compile: bool) -> BidirectionalLSTM:
    """Makes the layer `bilstm` (eq. 2, 3), `hidden_dim` units a direction."""
    return BidirectionalLSTM(
        config.hidden_dim, jit_compile=jit_compile, name="bilstm"
    )
