"""Starting values that come from the data."""

import os
from pathlib import Path

import keras
import numpy as np

from axml_tf.console.errors import UserError
from axml_tf.dataset.dataset_info import (
    EMBEDDINGS_FILE,
    DatasetInfo,
    read_labels,
)
from axml_tf.models.attention_xml import has_attention
from axml_tf.models.model_config import ModelConfig
from axml_tf.storage.npz_files import Expected, read_npy


def initialize(
    model: keras.Model,
    config: ModelConfig,
    info: DatasetInfo,
    data_dir: str | os.PathLike,
) -> None:
    """Sets pre-trained word vectors and, if asked for, label biases.

    Args:
        model: just built.
        config: what it was built from.
        info: description of the prepared data.
        data_dir: its folder.

    Raises:
        UserError: a file of the data is missing, damaged or of another size.
    """
    if info.embedding_dim is not None:
        _set_embeddings(
            model.get_layer("embedding"), Path(data_dir, EMBEDDINGS_FILE)
        )
    if config.label_bias:
        _, counts = read_labels(data_dir)
        biases = (
            model.get_layer("label_head").label_biases
            if has_attention(model)
            else model.get_layer("output").bias
        )
        biases.assign(
            _log_odds(
                counts[: info.num_labels],
                info.splits["train"].num_documents,
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
    counts = np.asarray(counts, np.float64)
    return np.log((counts + 0.5) / (num_documents - counts + 0.5))
