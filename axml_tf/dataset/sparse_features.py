"""Sparse features of the documents of a prepared folder.

SPLIT.features.npz      CSR matrix, as `scipy.sparse.save_npz` writes it; its
                        rows are the lines of SPLIT.labels.txt

All splits have the same columns. NumPy and SciPy only.
"""

import os
from pathlib import Path

import numpy as np
import scipy.sparse

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.storage.files import atomic_file
from axml_tf.storage.npz_files import Expected, read_npz

# As many columns as no published set has; a model takes memory for each.
_MOST_FEATURES = 10**8
_ARRAYS = {
    "format": Expected("SU", 0),
    "shape": Expected("i", 1),
    "data": Expected("f", 1),
    "indices": Expected("i", 1),
    "indptr": Expected("i", 1),
}


def command(data_dir: str | os.PathLike) -> str:
    """What makes the features of a prepared folder."""
    return f"axml-features --data_dir={data_dir}"


def features_path(data_dir: str | os.PathLike, split: str) -> Path:
    """Path of the file that `write` writes."""
    return Path(data_dir, f"{split}.features.npz")


def write(
    data_dir: str | os.PathLike, split: str, matrix: scipy.sparse.csr_matrix
) -> None:
    """Writes the features of a split.

    Args:
        data_dir: prepared data set.
        split: train, dev or test.
        matrix: `(documents, features)`, rows in the order of the lines of
            SPLIT.labels.txt; kept as float32.
    """
    path = features_path(data_dir, split)
    with atomic_file(path) as temporary, open(temporary, "wb") as file:
        # Uncompressed: half a second instead of a minute, for 1.5 times the
        # size.
        scipy.sparse.save_npz(
            file,
            scipy.sparse.csr_matrix(matrix, dtype=np.float32),
            compressed=False,
        )


def read(data: PreparedData, split: str) -> scipy.sparse.csr_matrix:
    """Reads the features of a split.

    Returns:
        float32 `(documents, features)`, rows in the order of the lines of
        SPLIT.labels.txt; columns ascend within a row and no value is 0.

    Raises:
        UserError: the file is missing, damaged, or has other documents.
    """
    path = features_path(data.folder, split)
    make = command(data.folder)
    if not path.is_file():
        raise UserError(
            f"{path} is missing: the sparse systems need it. Make it with "
            f"`{make}`."
        )
    try:
        matrix = read_csr(path)
        if matrix.shape[1] > _MOST_FEATURES:
            raise ValueError(f"expected at most {_MOST_FEATURES:,} features")
        if not np.isfinite(matrix.data).all():
            raise ValueError("a value is no number")
    except ValueError as error:
        raise UserError(
            f"{path} is no readable file of features ({error}). Make it "
            f"again with `{make}`."
        ) from error
    num_documents = sum(1 for _ in data.true_labels(split))
    if matrix.shape[0] != num_documents:
        raise UserError(
            f"{path} has {matrix.shape[0]} documents, the split {split} has "
            f"{num_documents}. Make it again with `{make}`."
        )
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix


def read_csr(path: str | os.PathLike) -> scipy.sparse.csr_matrix:
    """Reads what `scipy.sparse.save_npz` has written.

    Returns:
        float32 CSR matrix.

    Raises:
        ValueError: the file is damaged, or holds another kind of matrix.
        OSError: it cannot be opened.
    """
    arrays = read_npz(path, _ARRAYS)
    if arrays["format"].astype(str) != "csr":
        raise ValueError("expected a matrix in CSR form")
    try:
        matrix = scipy.sparse.csr_matrix(
            (
                arrays["data"].astype(np.float32, copy=False),
                arrays["indices"],
                arrays["indptr"],
            ),
            arrays["shape"].tolist(),
        )
        matrix.check_format(full_check=True)
    except (TypeError, OverflowError) as error:
        raise ValueError(str(error)) from error
    return matrix


def unit_rows(matrix: scipy.sparse.csr_matrix) -> scipy.sparse.csr_matrix:
    """Gives every row length 1; empty rows and rows of zeros stay.

    Returns:
        float32 matrix of the same shape.
    """
    # In double precision: squares of float32 may overflow.
    values = matrix.data.astype(np.float64)
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    lengths = np.sqrt(np.bincount(rows, values**2, matrix.shape[0]))
    lengths[lengths == 0] = 1
    return scipy.sparse.csr_matrix(
        (
            (values / lengths[rows]).astype(np.float32),
            matrix.indices,
            matrix.indptr,
        ),
        matrix.shape,
    )
