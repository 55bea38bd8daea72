"""The classifiers are the best there are, and their labels come out ranked."""

import numpy as np
import pytest
import scipy.sparse
from sparse_data import best_classifier, planted_labels, random_features

from axml_tf.baselines import one_vs_rest
from axml_tf.baselines.training_set import TrainingSet
from axml_tf.console.errors import UserError

pytest.importorskip("sklearn", reason="needs scikit-learn")

NUM_LABELS = 5


@pytest.fixture(scope="module")
def features():
    return random_features(80, 12)


@pytest.fixture(scope="module")
def label_ids(features):
    return planted_labels(features, NUM_LABELS)


def train(folder, features, label_ids, *, num_labels=NUM_LABELS, num_threads=1):
    folder.mkdir(exist_ok=True)
    training_set = TrainingSet(features, label_ids, num_labels)
    one_vs_rest.train(training_set, folder, num_threads)
    weights = scipy.sparse.load_npz(folder / "weights.npz")
    return weights, np.load(folder / "biases.npy")


def scores_in_a_loop(weights, biases, features):
    margins = features.toarray() @ weights.toarray().T + biases
    return 1 / (1 + np.exp(-margins))


def test_weights_are_those_of_the_minimum(tmp_path, features, label_ids):
    weights, biases = train(tmp_path, features, label_ids)
    assert weights.shape == (NUM_LABELS, 12)
    assert weights.dtype == biases.dtype == np.float32
    for label in range(NUM_LABELS):
        has_label = np.array([label in labels for labels in label_ids])
        expected, bias = best_classifier(features.toarray(), has_label)
        # What the stopping rule leaves, and the weights that are dropped.
        found = weights[[label]].toarray()[0]
        np.testing.assert_allclose(found, expected, atol=0.015)
        np.testing.assert_allclose(biases[label], bias, atol=0.01)
        # The feature that plants the label tells it.
        assert found.argmax() == label


@pytest.mark.parametrize(
    "damage",
    [
        ("biases.npy", b""),
        ("biases.npy", np.zeros(3, np.float32)),
        ("biases.npy", np.array([[1]], object)),
        ("weights.npz", b"PK"),
    ],
)
def test_damaged_model_is_a_user_error(tmp_path, features, label_ids, damage):
    train(tmp_path, features, label_ids)
    one_vs_rest.predict(tmp_path, features, 2, 1)
    name, content = damage
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    else:
        np.save(tmp_path / name, content)
    with pytest.raises(UserError, match=r"is damaged .*Remove it to train"):
        one_vs_rest.predict(tmp_path, features, 2, 1)


def test_model_of_other_features_is_a_user_error(tmp_path, features, label_ids):
    train(tmp_path, features, label_ids)
    with pytest.raises(UserError, match=r"expected weights of shape \(5, 11\)"):
        one_vs_rest.predict(tmp_path, features[:, :11], 2, 1)


def test_small_weights_are_dropped_and_no_others(
    tmp_path, features, label_ids, monkeypatch
):
    pruned, _ = train(tmp_path / "pruned", features, label_ids)
    monkeypatch.setitem(one_vs_rest.SETTINGS, "weight_threshold", 0.0)
    full, _ = train(tmp_path / "full", features, label_ids)
    monkeypatch.setitem(one_vs_rest.SETTINGS, "weight_threshold", 0.3)
    coarse, _ = train(tmp_path / "coarse", features, label_ids)
    full = full.toarray()
    for weights, threshold in ((pruned, 0.01), (coarse, 0.3)):
        expected = np.where(np.abs(full) < threshold, 0, full)
        np.testing.assert_array_equal(weights.toarray(), expected)
        assert weights.nnz == np.count_nonzero(expected)
    assert 0 < coarse.nnz < full.size


def test_processes_share_the_labels(tmp_path, features, monkeypatch):
    label_ids = planted_labels(features, 12)
    alone = train(tmp_path / "alone", features, label_ids, num_labels=12)
    monkeypatch.setattr(one_vs_rest, "_LABELS_PER_TASK", 5)
    shared = train(
        tmp_path / "shared", features, label_ids, num_labels=12, num_threads=2
    )
    np.testing.assert_array_equal(alone[0].toarray(), shared[0].toarray())
    np.testing.assert_array_equal(alone[1], shared[1])


def test_labels_that_all_or_no_documents_have(tmp_path, features, label_ids):
    # Label 5 has no document, label 6 has all; the last document no label
    # but that, and no known word.
    features = scipy.sparse.vstack(
        [features, scipy.sparse.csr_matrix((1, 12), dtype=np.float32)], "csr"
    )
    label_ids = [[*labels, 6] for labels in [*label_ids, []]]
    weights, biases = train(tmp_path, features, label_ids, num_labels=7)
    assert weights[[5, 6]].nnz == 0
    assert biases[5:].tolist() == [-1, 1]
    found, scores = one_vs_rest.predict(tmp_path, features[-1:], 7, 1)
    assert found[0, 0] == 6
    np.testing.assert_allclose(scores[0, 0], 1 / (1 + np.exp(-1)), 1e-6)
    assert np.isfinite(scores).all()


def test_prediction_is_that_of_the_whole_product(
    tmp_path, features, label_ids, monkeypatch
):
    weights, biases = train(tmp_path, features, label_ids)
    unknown = random_features(23, 12, seed=1)
    expected = scores_in_a_loop(weights, biases, unknown)
    # Four documents a block, three in the last one.
    monkeypatch.setattr(one_vs_rest, "_BLOCK_SIZE", 4 * NUM_LABELS)
    order = np.argsort(-expected, axis=1)[:, :3]
    best = np.take_along_axis(expected, order, axis=1)
    for num_threads in (1, 2):
        found, scores = one_vs_rest.predict(tmp_path, unknown, 3, num_threads)
        assert (found.dtype, scores.dtype) == (np.int32, np.float32)
        np.testing.assert_array_equal(found, order)
        np.testing.assert_allclose(scores, best, 1e-5)


def test_classifiers_that_are_not_done_are_counted(
    tmp_path, features, monkeypatch, capsys
):
    monkeypatch.setitem(one_vs_rest.SETTINGS, "max_iterations", 1)
    train(tmp_path, features, planted_labels(features, NUM_LABELS))
    assert capsys.readouterr().out == (
        "5 labels stopped after 1 iterations, short of the minimum.\n"
    )
