import keras
import numpy as np
import pytest
from helpers import mask_of, set_random_weights

from axml_tf.console.errors import UserError
from axml_tf.models.encoders import encoder_registry
from axml_tf.models.encoders.encoder_registry import ENCODERS, make_encoder
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.system_registry import make_system

VECTORS = np.random.default_rng(0).normal(size=(3, 5, 4)).astype("float32")
LENGTHS = [5, 2, 0]


def config(**fields):
    return ModelConfig(
        **{"vocab_size": 9, "num_labels": 2, "embedding_dim": 4},
        hidden_dim=3,
        **fields,
    )


def random_encoder(name, jit_compile):
    encoder = make_encoder(config(encoder=name), jit_compile)
    encoder(VECTORS, mask=mask_of(LENGTHS, 5))
    set_random_weights(encoder)
    return encoder


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("name", ENCODERS)
def test_words_have_states_that_padding_does_not_change(name, jit_compile):
    encoder = random_encoder(name, jit_compile)
    mask = mask_of(LENGTHS, 5)
    states = encoder(VECTORS, mask=mask).numpy()
    assert states.shape == (3, 5, 6)
    assert states.dtype == np.float32
    other = np.where(mask[:, :, None], VECTORS, np.float32(9.0))
    longer = np.pad(other, [(0, 0), (0, 2), (0, 0)])
    again = encoder(longer, mask=mask_of(LENGTHS, 7)).numpy()
    np.testing.assert_allclose(again[:, :5][mask], states[mask], atol=1e-6)
    assert np.all(np.isfinite(again))


@pytest.mark.parametrize("name", ENCODERS)
def test_states_know_the_words_on_both_sides(name):
    encoder = random_encoder(name, False)
    mask = mask_of([5, 5, 5], 5)
    states = encoder(VECTORS, mask=mask).numpy()
    changed = VECTORS.copy()
    changed[:, 2] += 1
    moved = np.any(encoder(changed, mask=mask).numpy() != states, axis=(0, 2))
    assert moved.all()


def test_unknown_name_is_told_with_those_there_are():
    with pytest.raises(UserError) as error:
        make_encoder(config(encoder="cnn"), False)
    assert str(error.value) == (
        f"--encoder must be one of {', '.join(ENCODERS)}; received 'cnn'."
    )


def test_a_new_encoder_is_a_function_and_a_line(monkeypatch):
    made = []

    @keras.saving.register_keras_serializable(package="test")
    class Doubled(keras.layers.Layer):
        """Every word's own vector, on both sides; reads no context."""

        supports_masking = True

        def call(self, inputs, mask):
            del mask
            return keras.ops.concatenate([inputs, inputs], axis=-1)

    def make(config, jit_compile):
        made.append((config.encoder, jit_compile))
        return Doubled(name="doubled")

    monkeypatch.setitem(encoder_registry.ENCODERS, "doubled", make)
    system = make_system(config(encoder="doubled"), jit_compile=True)
    assert made == [("doubled", True)]
    ids = np.array([[3, 4, 0]], np.int32)
    states, *_ = system.read(ids)
    table = system.embedding.embeddings.numpy()
    np.testing.assert_array_equal(states[0, :2, :4], table[[3, 4]])
    np.testing.assert_array_equal(states[0, :2, 4:], table[[3, 4]])
