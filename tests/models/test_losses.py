import numpy as np
import tensorflow as tf

from axml_tf.models.losses import cross_entropy_sum, multi_hot


def test_targets_are_one_at_label_ids_and_zero_elsewhere():
    num_labels = 5
    # Padding, no label, labels unknown to training, a label named twice.
    label_ids = np.array(
        [[0, 3, -1], [-1, -1, -1], [4, 5, 9], [2, 2, -1]], np.int32
    )
    expected = np.zeros((4, num_labels))
    for row, labels in enumerate(label_ids):
        for label in labels:
            if 0 <= label < num_labels:
                expected[row, label] = 1
    targets = multi_hot(tf.constant(label_ids), num_labels)
    assert targets.dtype == tf.float32
    np.testing.assert_array_equal(targets, expected)


def test_width_of_the_targets_may_be_a_tensor():
    label_ids = tf.constant([[1, 4, -3], [2, 0, -1]])
    graph = tf.function(multi_hot)
    np.testing.assert_array_equal(
        graph(label_ids, tf.constant(3)), [[0, 1, 0], [1, 0, 1]]
    )


def test_batch_without_any_label_has_zero_targets():
    targets = multi_hot(tf.zeros([2, 0], tf.int32), 3)
    np.testing.assert_array_equal(targets, np.zeros((2, 3)))


def test_cross_entropy_equals_equation_6():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (4, 6))
    targets = (rng.random((4, 6)) < 0.3).astype(float)
    weights = np.array([1.0, 1.0, 0.0, 1.0])
    probabilities = 1 / (1 + np.exp(-logits))
    expected = -np.sum(
        weights[:, None]
        * (
            targets * np.log(probabilities)
            + (1 - targets) * np.log(1 - probabilities)
        )
    )
    loss = cross_entropy_sum(
        *(tf.constant(x, tf.float32) for x in (logits, targets, weights))
    )
    np.testing.assert_allclose(loss, expected, rtol=1e-6)


def test_large_logits_give_a_finite_loss_and_gradient():
    logits = tf.constant([[1000.0, -1000.0, 1000.0, -1000.0]])
    targets = tf.constant([[1.0, 0.0, 0.0, 1.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = cross_entropy_sum(logits, targets, tf.ones([1]))
    # -log(sigmoid(-1000)) is 1000; right answers cost nothing.
    assert float(loss) == 2000.0
    np.testing.assert_array_equal(
        tape.gradient(loss, logits), [[0.0, 0.0, 1.0, -1.0]]
    )
