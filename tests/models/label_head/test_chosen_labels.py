import numpy as np
import pytest
import tensorflow as tf
from helpers import mask_of, recorded_shapes, set_random_weights

from axml_tf.models.label_head.chosen_labels import look
from axml_tf.models.label_head.label_head import LabelHead

# Numbers that no other dimension has.
LABELS, TOKENS, ASKED = 61, 13, 3
MASK = tf.constant(mask_of([TOKENS, 4], TOKENS))
LABEL_IDS = tf.constant([[0, 60, 7], [8, 8, 59]])


def random_case(label_bias=False):
    """A head, and keys and values of two documents."""
    rng = np.random.default_rng(0)
    head = LabelHead(LABELS, (7,), label_bias)
    head.build((2, TOKENS, 5), (2, TOKENS, 7))
    set_random_weights(head)
    keys, values = (
        tf.constant(rng.normal(size=(2, TOKENS, width)), tf.float32)
        for width in (5, 7)
    )
    return head, keys, values


@pytest.mark.parametrize("label_bias", [False, True])
def test_probabilities_and_attention_are_those_of_all_labels(label_bias):
    head, keys, values = random_case(label_bias)
    probabilities, attention = look(
        head, keys, values, MASK, label_ids=LABEL_IDS
    )
    assert attention.shape == (2, ASKED, TOKENS)
    vectors = np.asarray(head.attention.label_vectors, np.float64)
    logits = head(keys, values, mask=MASK).numpy().astype(np.float64)
    for row in range(2):
        for place, label in enumerate(LABEL_IDS.numpy()[row]):
            weights = (
                np.exp(keys[row].numpy() @ vectors[label]) * MASK.numpy()[row]
            )
            np.testing.assert_allclose(
                attention[row, place], weights / weights.sum(), atol=1e-6
            )
            assert float(probabilities[row, place]) == pytest.approx(
                1 / (1 + np.exp(-logits[row, label])), rel=1e-5
            )


def test_no_other_label_is_attended_for():
    head, keys, values = random_case()
    with recorded_shapes() as shapes:
        look(head, keys, values, MASK, label_ids=LABEL_IDS)
    assert (2, ASKED, TOKENS) in shapes
    assert not [
        shape for shape in shapes if LABELS in shape and TOKENS in shape
    ]
