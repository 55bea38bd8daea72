"""omikuji is asked for Parabel, and given what it can read."""

import numpy as np
import pytest
import scipy.sparse
from sparse_data import (
    best_classifier,
    planted_labels,
    planted_set,
    random_features,
)

from axml_tf.baselines import parabel
from axml_tf.baselines.training_set import TrainingSet
from axml_tf.console.errors import UserError

pytest.importorskip("omikuji", reason="needs omikuji")


def train(folder, features, label_ids, num_labels):
    parabel.train(TrainingSet(features, label_ids, num_labels), folder, 1)
    assert [path.name for path in folder.iterdir()] == ["omikuji"]


def test_a_tree_of_one_leaf_scores_as_its_classifiers(tmp_path):
    features = random_features(80, 12)
    label_ids = planted_labels(features, 5)
    train(tmp_path, features, label_ids, 5)
    unknown = random_features(20, 12, seed=1)
    found, scores = parabel.predict(tmp_path, unknown, 5, 1)
    expected = np.zeros((20, 5))
    for label in range(5):
        has_label = np.array([label in labels for labels in label_ids])
        weights, bias = best_classifier(features.toarray(), has_label)
        weights[np.abs(weights) < 0.1] = 0
        short = np.maximum(0, 1 - (unknown.toarray() @ weights + bias))
        expected[:, label] = np.exp(-(short**2))
    in_order = np.zeros((20, 5))
    np.put_along_axis(in_order, found, scores, axis=1)
    # omikuji stops early.
    np.testing.assert_allclose(in_order, expected, atol=0.05)


def test_trees_find_planted_labels(tmp_path):
    # More labels than a leaf holds, one feature for each.
    features = scipy.sparse.csr_matrix(
        np.tile(np.eye(230, 240, dtype=np.float32), (3, 1))
    )
    train(tmp_path, features, [[row % 230] for row in range(690)], 230)
    found, scores = parabel.predict(tmp_path, features[:230], 150, 2)
    assert np.mean(found[:, 0] == np.arange(230)) > 0.95
    assert ((scores >= 0) & (scores <= 1)).all()
    assert (np.diff(scores, axis=1) <= 0).all()


def test_documents_without_words_or_labels_are_no_hindrance(tmp_path):
    features = scipy.sparse.csr_matrix(
        np.array([[1, 0], [0, 1], [0, 0], [1, 0], [0, 0]], np.float32)
    )
    # Label 2 has no document with words, label 3 none at all.
    train(tmp_path, features, [[0], [1], [2], [], [0]], 4)
    found, scores = parabel.predict(tmp_path, features[:3], 4, 1)
    assert found[:2, 0].tolist() == [0, 1]
    # Nothing is known of the others: the row is filled up.
    assert [sorted(row) for row in found.tolist()] == [[-1, -1, 0, 1]] * 3
    assert np.isfinite(scores).all()


def test_nothing_to_learn_from_is_a_user_error(tmp_path):
    features = scipy.sparse.csr_matrix(np.array([[1], [0]], np.float32))
    with pytest.raises(UserError, match="both a label and a known word"):
        parabel.train(TrainingSet(features, [[], [0]], 1), tmp_path, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_log_has_no_progress_bars_in_it(tmp_path, capfd):
    features = random_features(20, 4)
    parabel.train(planted_set(features, 2), tmp_path, 1)
    out, err = capfd.readouterr()
    assert "Labels" not in out + err
    assert "\r" not in out + err
