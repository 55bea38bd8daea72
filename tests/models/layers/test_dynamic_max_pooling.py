import numpy as np
import pytest
from helpers import mask_of

from axml_tf.models.layers.dynamic_max_pooling import DynamicMaxPooling


def pool_in_a_loop(inputs, lengths, num_parts):
    """Word by word: to which part does it belong, is it the largest so far."""
    output = np.zeros((len(inputs), num_parts, inputs.shape[2]))
    for document, length in enumerate(lengths):
        for part in range(num_parts):
            words = [
                inputs[document, i]
                for i in range(length)
                if length * part <= num_parts * i < length * (part + 1)
            ]
            if words:
                output[document, part] = np.max(words, axis=0)
    return output.reshape(len(inputs), -1)


@pytest.mark.parametrize("num_parts", [1, 3, 8])
def test_each_part_keeps_its_maxima(num_parts):
    lengths = [12, 7, 2, 1, 0]
    inputs = np.random.default_rng(0).normal(size=(5, 12, 4)) - 3.0
    inputs = inputs.astype("float32")
    pooled = DynamicMaxPooling(num_parts)(inputs, mask=mask_of(lengths, 12))
    np.testing.assert_allclose(
        pooled, pool_in_a_loop(inputs, lengths, num_parts), rtol=1e-6
    )


def test_padding_changes_nothing():
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(2, 5, 3)).astype("float32")
    more = np.concatenate([inputs, np.full((2, 4, 3), 99, "float32")], axis=1)
    layer = DynamicMaxPooling(3)
    np.testing.assert_array_equal(
        layer(inputs, mask=mask_of([5, 2], 5)),
        layer(more, mask=mask_of([5, 2], 9)),
    )


def test_no_parts_are_refused():
    with pytest.raises(ValueError, match="num_parts=0"):
        DynamicMaxPooling(0)


def test_config_makes_the_same_layer():
    layer = DynamicMaxPooling(3, name="p")
    again = DynamicMaxPooling.from_config(layer.get_config())
    assert (again.num_parts, again.name) == (3, "p")
