import math

import numpy as np
import pytest

from axml_tf.evaluation.propensity import inverse_propensities


@pytest.mark.parametrize(("a", "b"), [(0.55, 1.5), (0.5, 0.4), (0.6, 2.6)])
def test_weights_follow_the_formula(a, b):
    counts = [0, 1, 7, 45_000]
    c = (math.log(45_000) - 1) * (b + 1) ** a
    expected = [1 + c / (count + b) ** a for count in counts]
    actual = inverse_propensities(np.array(counts), 45_000, a, b)
    np.testing.assert_allclose(actual, expected, rtol=1e-13)


def test_weights_equal_napkinxc():
    metrics = pytest.importorskip("napkinxc.metrics")
    rng = np.random.default_rng(0)
    labels = (rng.random((300, 20)) < 0.1).astype(int)
    labels[:, 4] = 0
    np.testing.assert_allclose(
        inverse_propensities(labels.sum(axis=0), 300),
        metrics.Jain_et_al_inverse_propensity(labels),
    )


def test_a_label_seen_once_weighs_ln_n():
    # n_l = 1 makes (n_l + B)^-A cancel (B + 1)^A.
    assert inverse_propensities(np.array([1]), 1000)[0] == pytest.approx(
        math.log(1000)
    )


def test_rarer_labels_weigh_more_and_unseen_ones_most():
    weights = inverse_propensities(np.arange(100), 1000)
    assert np.all(np.diff(weights) < 0)
    assert np.isfinite(weights).all()
    assert (weights > 1).all()


@pytest.mark.parametrize("num_documents", [1, 2])
def test_tiny_training_set_weighs_every_label_1(num_documents):
    weights = inverse_propensities(np.array([0, 1, 2]), num_documents)
    np.testing.assert_array_equal(weights, [1, 1, 1])


@pytest.mark.parametrize(
    ("num_documents", "a", "b", "message"),
    [
        (0, 0.5, 1.5, "num_documents"),
        (9, -0.1, 1.5, "a=-0.1"),
        (9, 0.5, 0.0, "b=0.0"),
        (9, math.nan, 1.5, "a=nan"),
    ],
)
def test_wrong_argument_is_named(num_documents, a, b, message):
    with pytest.raises(ValueError, match=message):
        inverse_propensities(np.array([1]), num_documents, a, b)
