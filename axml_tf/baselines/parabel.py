"""Parabel, by omikuji: balanced label trees of linear classifiers.

Three trees; a node with up to 100 labels is a leaf; squared hinge loss with
C = 1; weights below 0.1 dropped; beam of 10. The score of a label is the
product of the probabilities on its path, averaged over the trees; a label
that no beam reaches has none.

omikuji draws its clusterings from a generator that nobody can seed: two runs
differ by some tenths of a percent (P@1 of the quickstart's data over five
trainings: 86.40 to 86.94).

Reference:
 - [Prabhu et al., 2018](https://doi.org/10.1145/3178876.3185998)
 - [omikuji](https://github.com/tomtung/omikuji)
"""

import tempfile
from pathlib import Path

import numpy as np
import scipy.sparse

from axml_tf.baselines import extras
from axml_tf.baselines.model_record import Usage
from axml_tf.baselines.ranked_labels import best_of_some
from axml_tf.baselines.terminal_output import progress, quiet_unless_terminal
from axml_tf.baselines.training_set import TrainingSet
from axml_tf.console import machine
from axml_tf.console.errors import UserError
from axml_tf.dataset import repository_form

LIBRARIES = ("omikuji",)
# By omikuji's names; `linear_loss_type` 0 is the squared hinge.
_TRAINING = {
    "n_trees": 3,
    "min_branch_size": 100,
    "linear_loss_type": 0,
    "linear_c": 1.0,
    "linear_eps": 0.1,
    "linear_max_iter": 20,
    "linear_weight_threshold": 0.1,
    "centroid_threshold": 0.0,
    "cluster_balanced": True,
    "cluster_k": 2,
    "collapse_every_n_layers": 0,
}
_BEAM_SIZE = 10
SETTINGS = {**_TRAINING, "beam_size": _BEAM_SIZE}

_MODEL_FOLDER = "omikuji"


def train(training_set: TrainingSet, folder: Path, num_threads: int) -> Usage:
    """Trains the trees.

    Args:
        training_set: what they learn.
        folder: where the model is written.
        num_threads: that share the work.

    Returns:
        What it took.

    Raises:
        UserError: omikuji is not installed, or no document has both a
            feature and a label.
    """
    omikuji = extras.load("omikuji")
    features, label_ids, num_labels = training_set
    # omikuji's reader takes no line without features.
    rows = np.flatnonzero(np.diff(features.indptr))
    if not any(label_ids[row] for row in rows):
        raise UserError(
            "No training document has both a label and a known word. "
            "Nothing can be learnt from them."
        )
    parameters = omikuji.Model.default_hyper_param()
    for name, value in _TRAINING.items():
        setattr(parameters, name, value)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        # It trains from a file only.
        path = Path(temporary, "train.txt")
        repository_form.write(
            path, features[rows], (label_ids[row] for row in rows), num_labels
        )
        with quiet_unless_terminal():
            model = omikuji.Model.train_on_data(
                str(path), parameters, num_threads
            )
            model.save(str(folder / _MODEL_FOLDER))
    return Usage(machine.peak_memory())


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
        num_threads: that share the work.

    Returns:
        Label ids int32, -1 where the beams reach fewer labels, and scores
        float32, `(documents, top_k)`.

    Raises:
        UserError: omikuji is not installed.
    """
    omikuji = extras.load("omikuji")
    with quiet_unless_terminal():
        model = omikuji.Model.load(str(folder / _MODEL_FOLDER))
    model.init_prediction_thread_pool(num_threads)
    num_documents = features.shape[0]
    label_ids = np.full((num_documents, top_k), -1, np.int32)
    scores = np.zeros((num_documents, top_k), np.float32)
    for row in progress(range(num_documents), total=num_documents, unit="docs"):
        place = slice(*features.indptr[row : row + 2])
        pairs = zip(
            features.indices[place].tolist(),
            features.data[place].tolist(),
            strict=True,
        )
        found = model.predict(list(pairs), _BEAM_SIZE, top_k)
        label_ids[row], scores[row] = best_of_some(found, top_k)
    return label_ids, scores
