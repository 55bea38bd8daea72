"""Small sets of features, and linear classifiers found another way."""

import collections
import itertools
from pathlib import Path

import numpy as np
import scipy.optimize
import scipy.sparse

from axml_tf.baselines.training_set import TrainingSet
from axml_tf.dataset import sparse_features
from axml_tf.dataset.dataset_info import FORMAT_VERSION, DatasetInfo, SplitInfo
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.formats import schema


def random_features(
    num_documents: int, num_features: int, seed: int = 0
) -> scipy.sparse.csr_matrix:
    """Rows of length 1, a third of their entries not 0."""
    rng = np.random.default_rng(seed)
    dense = rng.uniform(0.2, 1, (num_documents, num_features))
    dense *= rng.random(dense.shape) < 1 / 3
    return sparse_features.unit_rows(
        scipy.sparse.csr_matrix(dense.astype(np.float32))
    )


def planted_labels(
    features: scipy.sparse.csr_matrix, num_labels: int
) -> list[list[int]]:
    """A document has label `l` where it has feature `l`."""
    return [
        sorted(column for column in row.indices.tolist() if column < num_labels)
        for row in features
    ]


def planted_set(
    features: scipy.sparse.csr_matrix, num_labels: int
) -> TrainingSet:
    """Documents with their planted labels, to train on."""
    label_ids = planted_labels(features, num_labels)
    return TrainingSet(features, label_ids, num_labels)


def write_sparse_data(
    folder: Path,
    splits: dict[str, tuple[scipy.sparse.csr_matrix, list[list[int]]]],
    num_labels: int,
    num_unseen_labels: int = 0,
) -> PreparedData:
    """A prepared folder without texts.

    Args:
        folder: made when missing.
        splits: features and label ids by name; documents are called d0, d1.
        num_labels: labels of training.
        num_unseen_labels: of the other splits only.
    """
    folder.mkdir(exist_ok=True)
    infos = {}
    for split, (features, label_ids) in splits.items():
        lines = [
            f"d{row}\t{' '.join(map(str, labels))}\n"
            for row, labels in enumerate(label_ids)
        ]
        (folder / f"{split}.labels.txt").write_text("".join(lines))
        sparse_features.write(folder, split, features)
        infos[split] = SplitInfo(len(label_ids), 0, 0, 0, 0, 0, (), ())
    counts = collections.Counter(itertools.chain(*splits["train"][1]))
    names = [
        f"label {label}\t{counts[label]}\n"
        for label in range(num_labels + num_unseen_labels)
    ]
    (folder / "labels.txt").write_text("".join(names))
    DatasetInfo(
        vocab_size=0,
        num_distinct_words=0,
        num_labels=num_labels,
        num_unseen_labels=num_unseen_labels,
        max_length=1,
        embedding_dim=None,
        embedding_coverage=None,
        compression="",
        splits=infos,
        fingerprint="f00d",
        format_version=FORMAT_VERSION,
        schema_version=schema.SCHEMA_VERSION,
        tokenizer_version=1,
        versions={},
    ).save(folder)
    return PreparedData(folder)


def best_classifier(
    features: np.ndarray, has_label: np.ndarray
) -> tuple[np.ndarray, float]:
    """Weights and bias of the squared hinge's minimum at C = 1.

    By a quasi-Newton method on the primal problem, where liblinear goes along
    the coordinates of the dual one.
    """
    signs = np.where(has_label, 1.0, -1.0)
    # The bias is the weight of a feature that is always 1.
    inputs = np.hstack([features, np.ones((len(features), 1))])

    def objective(weights):
        short = np.maximum(0, 1 - signs * (inputs @ weights))
        value = weights @ weights / 2 + short @ short
        return value, weights - 2 * inputs.T @ (signs * short)

    found = scipy.optimize.minimize(
        objective,
        np.zeros(inputs.shape[1]),
        jac=True,
        method="L-BFGS-B",
        options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 10_000},
    )
    return found.x[:-1], found.x[-1]
