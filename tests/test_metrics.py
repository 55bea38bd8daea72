import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from axml_tf import metrics
from axml_tf.distribution import make_strategy
from axml_tf.evaluation import ranking

# Three batches, the last one smaller than the number of replicas.
BATCHES = (8, 5, 1)


def random_case(seed=0, num_labels=9):
    """Multi-hot labels and scores with many ties; row 0 has no true label."""
    rng = np.random.default_rng(seed)
    shape = (sum(BATCHES), num_labels)
    y_true = (rng.random(shape) < 0.3).astype(np.float32)
    y_true[0] = 0
    y_pred = rng.integers(0, 6, shape).astype(np.float32) / 6
    return y_true, y_pred


def numpy_measures(y_true, y_pred, ks):
    # A stable sort puts the lowest label id first among ties.
    label_ids = np.argsort(-y_pred, axis=1, kind="stable")[:, : max(ks)]
    true_labels = [np.flatnonzero(row) for row in y_true]
    return ranking.ranking_measures(label_ids, true_labels, ks)


def loop_measures(y_true, y_pred, k):
    """P@k and nDCG@k, one document and one rank at a time."""
    precision = ndcg = 0.0
    for true, scores in zip(y_true, y_pred, strict=True):
        best = sorted(range(len(scores)), key=lambda i: (-scores[i], i))[:k]
        num_true = int(true.sum())
        dcg = sum(true[j] / math.log(r + 2) for r, j in enumerate(best))
        ideal = sum(1 / math.log(r + 2) for r in range(min(k, num_true)))
        precision += sum(true[j] for j in best) / k
        ndcg += dcg / ideal if ideal else 0.0
    return precision / len(y_true), ndcg / len(y_true)


@pytest.mark.parametrize("k", [1, 3, 5, 12])
def test_uneven_batches_equal_numpy_and_a_plain_loop(k):
    y_true, y_pred = random_case()
    precision, ndcg = metrics.PrecisionAtK(k), metrics.NDCGAtK(k)
    start = 0
    for size in BATCHES:
        rows = slice(start, start + size)
        precision.update_state(y_true[rows], y_pred[rows])
        ndcg.update_state(y_true[rows], y_pred[rows])
        start += size
    actual = float(precision.result()), float(ndcg.result())
    expected = numpy_measures(y_true, y_pred, (k,))
    assert actual == pytest.approx(tuple(expected.values()), abs=1e-6)
    assert actual == pytest.approx(loop_measures(y_true, y_pred, k), abs=1e-6)


def test_two_replicas_equal_numpy():
    y_true, y_pred = random_case(seed=1)
    expected = numpy_measures(y_true, y_pred, (5,))
    strategy = make_strategy(2)
    with strategy.scope():
        precision, ndcg = metrics.PrecisionAtK(5), metrics.NDCGAtK(5)

    @tf.function
    def update(batch):
        strategy.run(precision.update_state, args=batch)
        strategy.run(ndcg.update_state, args=batch)

    # 14 documents in global batches of 4: the last is 2, one per replica;
    # 3 in place of 4 leaves 2 to one replica and 0 or 1 to the other.
    for size in (4, 3):
        precision.reset_state()
        ndcg.reset_state()
        data = tf.data.Dataset.from_tensor_slices((y_true, y_pred))
        for batch in strategy.experimental_distribute_dataset(data.batch(size)):
            update(batch)
        actual = float(precision.result()), float(ndcg.result())
        assert actual == pytest.approx(tuple(expected.values()), abs=1e-6)


def test_ties_go_to_the_lowest_label_id():
    precision = metrics.PrecisionAtK(2)
    precision.update_state([[1.0, 1.0, 0.0, 0.0]], [[0.5, 0.5, 0.5, 0.5]])
    assert float(precision.result()) == 1.0
    precision.reset_state()
    precision.update_state([[0.0, 0.0, 1.0, 1.0]], [[0.5, 0.5, 0.5, 0.5]])
    assert float(precision.result()) == 0.0


def test_sample_weight_weighs_documents():
    y_true = np.array([[1.0, 0.0], [0.0, 1.0]])
    y_pred = np.array([[0.9, 0.1], [0.9, 0.1]])
    for metric in (metrics.PrecisionAtK(1), metrics.NDCGAtK(1)):
        metric.update_state(y_true, y_pred, sample_weight=[3.0, 1.0])
        assert float(metric.result()) == pytest.approx(3 / 4)


def test_compiled_model_reports_the_metrics():
    y_true, inputs = random_case(seed=2)
    model = keras.Sequential([keras.layers.Dense(y_true.shape[1])])
    model.compile(
        loss="binary_crossentropy",
        metrics=[metrics.PrecisionAtK(3), metrics.NDCGAtK(3)],
    )
    logs = model.evaluate(
        inputs, y_true, batch_size=4, verbose=0, return_dict=True
    )
    expected = numpy_measures(y_true, np.array(model(inputs)), (3,))
    assert logs["precision_at_3"] == pytest.approx(expected["P@3"])
    assert logs["ndcg_at_3"] == pytest.approx(expected["nDCG@3"])


@pytest.mark.parametrize("kind", [metrics.PrecisionAtK, metrics.NDCGAtK])
def test_config_round_trip_keeps_every_argument(kind):
    metric = kind(4, name="best_four", dtype="float64")
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(metric)
    )
    assert type(copy) is kind
    assert (copy.k, copy.name, copy.dtype) == (4, "best_four", "float64")
    y_true, y_pred = random_case(seed=3)
    metric.update_state(y_true, y_pred)
    copy.update_state(y_true, y_pred)
    assert float(copy.result()) == float(metric.result()) > 0


def test_half_precision_scores_are_taken():
    y_true, y_pred = random_case(seed=4)
    expected = numpy_measures(y_true, y_pred.astype(np.float16), (3,))
    metric = metrics.NDCGAtK(3)
    metric.update_state(y_true, tf.cast(y_pred, tf.float16))
    assert float(metric.result()) == pytest.approx(expected["nDCG@3"])


@pytest.mark.parametrize("k", [0, -1, 2.0, None])
def test_wrong_k_is_named(k):
    for kind in (metrics.PrecisionAtK, metrics.NDCGAtK):
        with pytest.raises(ValueError, match=f"`k` must be.*k={k}"):
            kind(k)
