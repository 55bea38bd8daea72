"""The label vectors, for TensorBoard's Projector."""

import os
from pathlib import Path

import numpy as np
from google.protobuf import text_format
from tensorboard.plugins.projector import ProjectorConfig

from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.storage.files import atomic_file

_VECTORS_FILE = "label_vectors.bin"
_NAMES_FILE = "label_names.tsv"
_CONFIG_FILE = "projector_config.pbtxt"  # The Projector's name for it.


def write_label_vectors(
    folder: str | os.PathLike,
    label_vectors: np.ndarray,
    data: PreparedData,
) -> None:
    """Writes a point per label, with its name and training documents.

    Args:
        folder: TensorBoard's.
        label_vectors: float32 `(num_labels, key_dim)`, by label id.
        data: the prepared data, which have the names.
    """
    vectors = np.ascontiguousarray(label_vectors, "<f4").copy()
    # The Projector reads a file as text, and as numbers only when it is no
    # UTF-8, which no text that begins with this byte is. It is the last of
    # the first number's mantissa.
    vectors.reshape(-1).view(np.uint8)[0] = 0xFF
    with atomic_file(Path(folder, _VECTORS_FILE)) as temporary:
        vectors.tofile(temporary)
    rows = zip(
        data.label_names, data.label_counts, range(len(vectors)), strict=False
    )
    lines = ["label\ttraining documents"]
    lines += [f"{name}\t{count}" for name, count, _ in rows]
    with atomic_file(Path(folder, _NAMES_FILE)) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = ProjectorConfig()
    config.embeddings.add(
        tensor_name="label vectors",
        tensor_path=_VECTORS_FILE,
        tensor_shape=vectors.shape,
        metadata_path=_NAMES_FILE,
    )
    with atomic_file(Path(folder, _CONFIG_FILE)) as temporary:
        temporary.write_text(text_format.MessageToString(config))
