import keras
import numpy as np
import pytest
from helpers import mask_of, set_random_weights

from axml_tf.models.encoders.lstm import make_lstm
from axml_tf.models.layers.bidirectional_lstm import BidirectionalLSTM
from axml_tf.models.model_config import ModelConfig

CONFIG = ModelConfig(vocab_size=9, num_labels=2, embedding_dim=4, hidden_dim=3)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_it_is_kerass_lstm_in_both_directions(jit_compile):
    encoder = make_lstm(CONFIG, jit_compile)
    peer = keras.layers.Bidirectional(
        keras.layers.LSTM(3, return_sequences=True)
    )
    for layer in (encoder, peer):
        layer.build((None, None, 4))
    set_random_weights(encoder)
    peer.set_weights(encoder.get_weights())
    vectors = np.random.default_rng(0).normal(size=(2, 5, 4)).astype("float32")
    mask = mask_of([5, 3], 5)
    np.testing.assert_allclose(
        encoder(vectors, mask=mask).numpy()[mask],
        peer(vectors, mask=mask).numpy()[mask],
        atol=1e-6,
    )


@pytest.mark.parametrize("jit_compile", [False, True])
def test_settings_reach_the_layer(jit_compile):
    encoder = make_lstm(CONFIG, jit_compile)
    assert isinstance(encoder, BidirectionalLSTM)
    assert encoder.name == "bilstm"
    assert (encoder.units, encoder.jit_compile) == (3, jit_compile)
