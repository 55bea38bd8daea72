"""What systems are trained on, and a hash that tells it apart."""

import numpy as np
import pytest
import scipy.sparse
from sparse_data import planted_set, random_features, write_sparse_data

from axml_tf.baselines.training_set import (
    TrainingSet,
    read_features,
    read_training_set,
)
from axml_tf.console.errors import UserError

DENSE = np.array([[3, 4, 0], [0, 0, 0], [0, -2, 0]], np.float32)
LABELS = [[0, 1], [], [1]]


@pytest.fixture
def data(tmp_path):
    train = scipy.sparse.csr_matrix(DENSE), LABELS
    test = scipy.sparse.csr_matrix(DENSE[:1]), [[2]]
    return write_sparse_data(
        tmp_path / "data", {"train": train, "test": test}, 2, 1
    )


def test_rows_of_features_have_length_one(data):
    found = read_features(data, "train")
    assert found.dtype == np.float32
    np.testing.assert_allclose(
        found.toarray(), [[0.6, 0.8, 0], [0, 0, 0], [0, -1, 0]], 1e-6
    )
    np.testing.assert_allclose(
        read_features(data, "test").toarray(), [[0.6, 0.8, 0]], 1e-6
    )


def test_training_set_is_the_training_split(data):
    features, label_ids, num_labels = read_training_set(data)
    np.testing.assert_array_equal(
        features.toarray(), read_features(data, "train").toarray()
    )
    assert label_ids == LABELS
    assert num_labels == 2


def test_label_that_training_does_not_know_is_refused(data):
    path = data.true_labels_path("train")
    path.write_text("d0\t0\nd1\t1 2\nd2\t\n")
    with pytest.raises(UserError) as error:
        read_training_set(data)
    assert str(error.value) == (
        f"{path} has label id 2, training has 2 labels. Prepare the data again."
    )


def test_fingerprint_follows_features_and_labels():
    first = planted_set(random_features(20, 6), 3)
    again = planted_set(random_features(20, 6), 3)
    assert len(first.fingerprint()) == 16
    assert first.fingerprint() == again.fingerprint()
    features, labels, num_labels = first
    doubled = features.copy()
    doubled.data[3] *= 2
    moved = features.copy()
    moved.indices[0] = 5 - moved.indices[0]
    others = [
        TrainingSet(doubled, labels, num_labels),
        TrainingSet(moved, labels, num_labels),
        TrainingSet(features[:, :5], labels, num_labels),
        TrainingSet(features[:-1], labels[:-1], num_labels),
        TrainingSet(features, [*labels[:-1], [0, 1, 2]], num_labels),
    ]
    found = {other.fingerprint() for other in (first, *others)}
    assert len(found) == 1 + len(others)
