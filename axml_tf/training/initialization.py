"""Starting values that come from the data."""

from pathlib import Path

import keras
import numpy as np

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.models.systems.neural_system import NeuralSystem
from axml_tf.storage.npz_files import Expected, read_npy


def initialize(system: NeuralSystem, data: PreparedData) -> None:
    """Sets pre-trained word vectors and, if asked for, label biases.

    Args:
        system: just built.
        data: the prepared data.

    Raises:
        UserError: a file of the data is missing, damaged or of another size.
    """
    if data.info.embedding_dim is not None:
        _set_embeddings(system.embedding, data.embeddings_path)
    if system.config.label_bias and system.label_biases is not None:
        system.label_biases.assign(
            _log_odds(
                data.label_counts[: data.info.num_labels],
                data.info.split("train").num_documents,
            )
        )


def _set_embeddings(layer: keras.layers.Embedding, path: Path) -> None:
    try:
        vectors = read_npy(path, Expected("f", 2))
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path} cannot be read ({error}). Prepare the data again."
        ) from error
    expected = tuple(layer.embeddings.shape)
    if vectors.shape != expected:
        raise UserError(
            f"{path} has shape {vectors.shape}, the model needs {expected}. "
            "Prepare the data again."
        )
    layer.embeddings.assign(vectors)


def _log_odds(counts: list[int], num_documents: int) -> np.ndarray:
    # Half a document on either side keeps the odds finite.
    with_label = np.asarray(counts, np.float64)
    return np.log((with_label + 0.5) / (num_documents - with_label + 0.5))
