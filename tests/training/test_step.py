import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import set_random_weights
from small_runs import MODEL, TRAINING

from axml_tf.models.systems.system_registry import make_system
from axml_tf.training.distribution import make_strategy
from axml_tf.training.step import make_training_step

NO_DROPOUT = dataclasses.replace(
    MODEL, dropout=0.0, embedding_dropout=0.0, label_bias=False
)
# Four documents; the third row is none.
BATCH = {
    "id": np.array(["a", "b", "", "c"]),
    "token_ids": np.array([[3, 4], [5, 0], [0, 0], [4, 9]], np.int32),
    "label_ids": np.array([[1, 2], [0, -1], [-1, -1], [3, 7]], np.int32),
    "weight": np.array([1.0, 1.0, 0.0, 1.0], np.float32),
}
replicas = pytest.mark.parametrize("num_replicas", [1, 2])
models = pytest.mark.parametrize("model", ["attention_xml", "xml_cnn"])


def prepared(num_replicas, model="attention_xml", config=TRAINING):
    """A system, the function that makes a step of it, and a batch.

    With plain gradient descent a step is the gradient itself.
    """
    strategy = make_strategy(num_replicas)
    with strategy.scope():
        system = make_system(dataclasses.replace(NO_DROPOUT, model=model))
        set_random_weights(system.model)
        optimizer = keras.optimizers.SGD(1.0)
        optimizer.build(system.model.trainable_variables)
    dataset = strategy.experimental_distribute_dataset(
        tf.data.Dataset.from_tensor_slices(BATCH).batch(4)
    )
    step = make_training_step(
        system,
        optimizer,
        config,
        strategy=strategy,
        element_spec=dataset.element_spec,
    )
    return system, step, next(iter(dataset))


def gradients_by_hand(system):
    """Loss of the batch as it stands in the paper, and its gradients.

    The loss is summed over labels, as the step's gradient is.
    """
    targets = np.zeros((4, 6), np.float32)
    for row, labels in enumerate(BATCH["label_ids"]):
        targets[row, [label for label in labels if 0 <= label < 6]] = 1
    real = BATCH["weight"]
    with tf.GradientTape() as tape:
        p = tf.sigmoid(system.model(BATCH["token_ids"]))
        losses = -targets * tf.math.log(p) - (1 - targets) * tf.math.log(1 - p)
        loss = tf.reduce_sum(tf.reduce_sum(losses, 1) * real) / real.sum()
    weights = system.model.trainable_weights
    return float(loss), tape.gradient(loss, [w.value for w in weights])


@replicas
@models
def test_step_descends_the_papers_loss(num_replicas, model):
    system, step, batch = prepared(num_replicas, model)
    expected, gradients = gradients_by_hand(system)
    before = [np.array(w) for w in system.model.trainable_weights]
    loss, num_documents, _ = step(batch, np.float32(np.inf))
    # Eq. 6 divides by the number of labels, too.
    assert float(loss) == pytest.approx(expected / 6, rel=1e-5)
    assert float(num_documents) == 3.0
    for weight, old, gradient in zip(
        system.model.trainable_weights, before, gradients, strict=True
    ):
        np.testing.assert_allclose(
            old - np.array(weight),
            tf.convert_to_tensor(gradient),
            atol=1e-6,
            err_msg=weight.path,
        )


@replicas
def test_clipped_step_is_as_long_as_its_limit(num_replicas):
    system, step, batch = prepared(num_replicas)
    for limit, share in ((np.inf, 1.0), (1e-3, None)):
        before = system.model.get_weights()
        _, _, norm = step(batch, np.float32(limit))
        moved = np.sqrt(
            sum(
                np.square(a - b).sum()
                for a, b in zip(system.model.get_weights(), before, strict=True)
            )
        )
        expected = float(norm) if share else limit
        assert moved == pytest.approx(expected, rel=1e-3)


def test_without_a_limit_in_the_settings_nothing_is_clipped():
    config = dataclasses.replace(
        TRAINING, gradient_clip_norm=0.0, gradient_clip_factor=0.0
    )
    moved = []
    for limit in (np.inf, 1e-3):
        system, step, batch = prepared(1, config=config)
        step(batch, np.float32(limit))
        moved.append(system.model.get_weights())
    for with_limit, without in zip(*moved, strict=True):
        np.testing.assert_array_equal(with_limit, without)
