import numpy as np
import pytest
import tensorflow as tf
from helpers import mask_of, recorded_shapes, set_random_weights

from axml_tf.models.attention_xml import build_attention_xml, split_at_head
from axml_tf.models.label_head.chosen_labels import look
from axml_tf.models.model_config import ModelConfig

# Numbers that no other dimension has.
LABELS, TOKENS, ASKED = 61, 13, 3


@pytest.fixture(scope="module")
def asked():
    """The head, what it reads of two documents, and labels of each."""
    model = build_attention_xml(
        ModelConfig(*(50, LABELS, 4), hidden_dim=5, fc_dims=(7,))
    )
    set_random_weights(model)
    trunk, head = split_at_head(model)
    token_ids = np.random.default_rng(0).integers(2, 50, (2, TOKENS))
    token_ids[~mask_of([TOKENS, 4], TOKENS)] = 0
    label_ids = tf.constant([[0, 60, 7], [8, 8, 59]])
    return model, head, trunk(token_ids), token_ids, label_ids


def test_probabilities_and_attention_are_those_of_the_whole_model(asked):
    model, head, read, token_ids, label_ids = asked
    probabilities, attention = look(head, *read, label_ids)
    keys, _, mask = (np.asarray(x, np.float64) for x in read)
    vectors = np.asarray(head.attention.label_vectors, np.float64)
    logits = model(token_ids).numpy().astype(np.float64)
    for row in range(2):
        for place, label in enumerate(label_ids.numpy()[row]):
            weights = np.exp(keys[row] @ vectors[label]) * mask[row]
            np.testing.assert_allclose(
                attention[row, place], weights / weights.sum(), atol=1e-6
            )
            assert float(probabilities[row, place]) == pytest.approx(
                1 / (1 + np.exp(-logits[row, label])), rel=1e-5
            )


def test_no_other_label_is_attended_for(asked):
    _, head, read, _, label_ids = asked
    with recorded_shapes() as shapes:
        look(head, *read, label_ids)
    assert (2, ASKED, TOKENS) in shapes
    assert not [
        shape for shape in shapes if LABELS in shape and TOKENS in shape
    ]
