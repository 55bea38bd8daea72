"""A linear classifier per label, each trained on all documents.

For each label with signs `y`, the minimum over `w` and `b` of

    |w|^2 / 2 + b^2 / 2 + C * sum_i max(0, 1 - y_i (w x_i + b))^2

found by liblinear's dual coordinate descent, then weights below 0.01 dropped:
what DiSMEC finds, on one machine. The score of a label is
`sigmoid(w x + b)`: between 0 and 1 and in the order of the margins, but no
calibrated probability.

Reference:
 - [Babbar & Schoelkopf, 2017](https://arxiv.org/abs/1609.02521)
"""

import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy.sparse
import scipy.special

from axml_tf.baselines import extras
from axml_tf.baselines.model_record import Usage
from axml_tf.baselines.ranked_labels import best_of_all
from axml_tf.baselines.terminal_output import progress
from axml_tf.baselines.training_set import TrainingSet
from axml_tf.console import machine
from axml_tf.console.errors import UserError
from axml_tf.dataset.sparse_features import read_csr
from axml_tf.storage.npz_files import Expected, read_npy

LIBRARIES = ("scikit-learn",)
SETTINGS: dict[str, str | float] = {
    "loss": "squared hinge",
    "C": 1.0,
    # Ten times stricter than liblinear's own. On EURLEX57K the objective is
    # then within 1e-5 of its minimum, for a tenth more time.
    "tolerance": 0.01,
    "max_iterations": 1000,
    "weight_threshold": 0.01,
    "seed": 0,
}

_WEIGHTS_FILE = "weights.npz"
_BIASES_FILE = "biases.npy"
_LABELS_PER_TASK = 16
# Documents times labels of a dense block: 4 MB.
_BLOCK_SIZE = 2**20


class _Trained(NamedTuple):
    """Classifiers of some labels, and what they took."""

    weights: scipy.sparse.csr_matrix
    biases: np.ndarray
    num_unfinished: int
    process: int
    peak_memory: int
    cpu_seconds: float


def train(training_set: TrainingSet, folder: Path, num_threads: int) -> Usage:
    """Trains a classifier for each label.

    Args:
        training_set: what they learn.
        folder: where the model is written.
        num_threads: processes that share the labels.

    Returns:
        What it took. Its memory is summed over the processes; what they
        share counts for each.

    Raises:
        UserError: scikit-learn is not installed.
    """
    extras.load("sklearn.svm")
    joblib = extras.load("joblib")
    num_labels = training_set.num_labels
    documents_of = _documents_of_labels(training_set.label_ids, num_labels)
    # liblinear computes in double precision; converted once, not per label.
    features = training_set.features.astype(np.float64)
    # Processes, for liblinear draws its order from one generator a process.
    # joblib lays the features into memory that all of them share.
    tasks = joblib.Parallel(num_threads, return_as="generator")(
        joblib.delayed(_train_labels)(
            features, documents_of[start : start + _LABELS_PER_TASK]
        )
        for start in range(0, num_labels, _LABELS_PER_TASK)
    )
    parts = []
    with progress(total=num_labels, unit="labels") as bar:
        for part in tasks:
            parts.append(part)
            bar.update(len(part.biases))
    num_unfinished = sum(part.num_unfinished for part in parts)
    if num_unfinished:
        print(
            f"{num_unfinished} labels stopped after "
            f"{SETTINGS['max_iterations']} iterations, short of the minimum."
        )
    scipy.sparse.save_npz(
        folder / _WEIGHTS_FILE,
        scipy.sparse.vstack([part.weights for part in parts], "csr"),
        compressed=False,
    )
    np.save(
        folder / _BIASES_FILE, np.concatenate([part.biases for part in parts])
    )
    peaks = {os.getpid(): machine.peak_memory()}
    for part in parts:
        peaks[part.process] = max(peaks.get(part.process, 0), part.peak_memory)
    return Usage(sum(peaks.values()), sum(part.cpu_seconds for part in parts))


def predict(
    folder: Path,
    features: scipy.sparse.csr_matrix,
    top_k: int,
    num_threads: int,
) -> tuple[np.ndarray, np.ndarray]:
    """The best labels of each document.

    Args:
        folder: where `train` has written.
        features: float32 `(documents, features)`.
        top_k: labels per document, at most those there are.
        num_threads: that share the documents.

    Returns:
        Label ids int32 and scores float32, `(documents, top_k)`.

    Raises:
        UserError: the model is damaged, or one of other features.
    """
    weights, biases = _read(folder, features.shape[1])
    block = max(1, _BLOCK_SIZE // len(biases))

    def best_of_block(start: int) -> tuple[np.ndarray, np.ndarray]:
        margins = (features[start : start + block] @ weights).toarray()
        return best_of_all(scipy.special.expit(margins + biases), top_k)

    starts = range(0, features.shape[0], block)
    with ThreadPoolExecutor(num_threads) as pool:
        found = pool.map(best_of_block, starts)
        parts = list(progress(found, total=len(starts), unit="blocks"))
    label_ids, scores = map(np.concatenate, zip(*parts, strict=True))
    return label_ids, scores


def _read(
    folder: Path, num_features: int
) -> tuple[scipy.sparse.csr_matrix, np.ndarray]:
    """Weights `(features, labels)` and biases `(labels,)`."""
    try:
        weights = read_csr(folder / _WEIGHTS_FILE)
        biases = read_npy(folder / _BIASES_FILE, Expected("f", 1))
        if weights.shape != (len(biases), num_features):
            raise ValueError(
                f"expected weights of shape {(len(biases), num_features)}, "
                f"found {weights.shape}"
            )
    except ValueError as error:
        raise UserError(
            f"The model in {folder} is damaged ({error}). Remove it to train "
            "again."
        ) from error
    # (labels, features) -> (features, labels)
    return weights.T.tocsr(), biases


def _documents_of_labels(
    label_ids: list[list[int]], num_labels: int
) -> list[np.ndarray]:
    """Rows of the documents of each label."""
    counts = [len(labels) for labels in label_ids]
    rows = np.repeat(np.arange(len(label_ids)), counts)
    columns = np.fromiter(
        (label for labels in label_ids for label in labels), np.int64, len(rows)
    )
    order = np.argsort(columns, kind="stable")
    ends = np.cumsum(np.bincount(columns, minlength=num_labels))
    return np.split(rows[order], ends[:-1])


def _train_labels(
    features: scipy.sparse.csr_matrix, documents_of: list[np.ndarray]
) -> _Trained:
    """Classifiers of some labels, in a process of their own."""
    watch = machine.Stopwatch()
    weights, biases, num_unfinished = [], [], 0
    for rows in documents_of:
        weight, bias, is_finished = _train_label(features, rows)
        weights.append(weight)
        biases.append(bias)
        num_unfinished += not is_finished
    return _Trained(
        scipy.sparse.vstack(weights, "csr"),
        np.array(biases, np.float32),
        num_unfinished,
        os.getpid(),
        machine.peak_memory(),
        watch.cpu_seconds(),
    )


def _train_label(
    features: scipy.sparse.csr_matrix, rows: np.ndarray
) -> tuple[scipy.sparse.csr_matrix, float, bool]:
    """Weights `(1, features)` and bias, and whether the minimum was found."""
    # Not at the top: only the extra `baselines` has it.
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    num_documents, num_features = features.shape
    if len(rows) in (0, num_documents):
        # Nothing tells documents apart: all or none have the label.
        nothing = scipy.sparse.csr_matrix((1, num_features), dtype=np.float32)
        return nothing, 1.0 if len(rows) else -1.0, True
    has_label = np.zeros(num_documents, bool)
    has_label[rows] = True
    classifier = LinearSVC(
        loss="squared_hinge",
        dual=True,
        C=SETTINGS["C"],
        tol=SETTINGS["tolerance"],
        max_iter=SETTINGS["max_iterations"],
        random_state=SETTINGS["seed"],
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        classifier.fit(features, has_label)
    is_finished = not any(w.category is ConvergenceWarning for w in caught)
    weights = classifier.coef_.astype(np.float32)
    weights[np.abs(weights) < SETTINGS["weight_threshold"]] = 0
    return (
        scipy.sparse.csr_matrix(weights),
        float(classifier.intercept_[0]),
        is_finished,
    )
