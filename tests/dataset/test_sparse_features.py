"""Features come back as they were written, or it is said why not."""

import math

import numpy as np
import pytest
import scipy.sparse
from helpers import write_dataset

from axml_tf.console.errors import UserError
from axml_tf.dataset import sparse_features

DENSE = np.array([[0, 0.5, 0], [0, 0, 0], [2, 0, -1]], np.float32)


@pytest.fixture
def data(tmp_path):
    data = write_dataset(tmp_path, {"dev": [[]]})
    data.true_labels_path("dev").write_text("a\t0 1\nb\t\nc\t1\n")
    sparse_features.write(tmp_path, "dev", scipy.sparse.csr_matrix(DENSE))
    return data


def names_of_features(data):
    """Names of the files that are not there without features."""
    return [path.name for path in data.folder.glob("*features*")]


def test_features_come_back_unchanged(data):
    matrix = sparse_features.read(data, "dev")
    np.testing.assert_array_equal(matrix.toarray(), DENSE)
    assert isinstance(matrix, scipy.sparse.csr_matrix)
    assert matrix.dtype == np.float32
    assert names_of_features(data) == ["dev.features.npz"]


def test_double_precision_and_unsorted_columns_are_put_right(data):
    matrix = scipy.sparse.csr_matrix(
        (np.array([1.0, 2.0, 3.0, 0.0]), [2, 0, 2, 1], [0, 3, 4, 4]), (3, 3)
    )
    sparse_features.write(data.folder, "dev", matrix)
    found = sparse_features.read(data, "dev")
    assert found.dtype == np.float32
    assert found.indices.tolist() == [0, 2]
    assert found.data.tolist() == [2, 4]


def test_missing_features_name_the_command_that_makes_them(data):
    with pytest.raises(
        UserError,
        match=r"test\.features\.npz is missing.*axml-"
        rf"features --data_dir={data.folder}",
    ):
        sparse_features.read(data, "test")


def test_a_file_that_is_cut_off_is_a_user_error(data):
    path = data.folder / "dev.features.npz"
    content = path.read_bytes()
    for length in (0, 1, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(UserError, match="no readable file of features"):
            sparse_features.read(data, "dev")


@pytest.mark.parametrize(
    "arrays",
    [
        {"other": np.zeros(3)},
        {"indices": np.array([0, 7], np.int32)},
        {"indptr": np.array([0, 2, 1, 2], np.int32)},
        {"data": np.array([1, np.nan], np.float32)},
        {"data": np.array([1, "x"], object)},
        {"shape": np.array([3, 10**9])},
        {"shape": np.array([-3, 3])},
        {"shape": np.array([3])},
        {"shape": np.array([10**12, 3])},
        {"format": np.array("coo")},
        {"format": np.array("bsr")},
        {"indptr": np.array([0, 2], np.int32)},
        {"indptr": np.array([0.0, 1, 2, 2])},
    ],
)
def test_arrays_that_are_no_matrix_are_a_user_error(data, arrays):
    whole = {
        "format": np.array("csr"),
        "shape": np.array([3, 3]),
        "data": np.array([1, 2], np.float32),
        "indices": np.array([0, 1], np.int32),
        "indptr": np.array([0, 1, 2, 2], np.int32),
    }
    path = data.folder / "dev.features.npz"
    np.savez(path, **whole)
    assert sparse_features.read(data, "dev").nnz == 2
    np.savez(path, **(arrays if "other" in arrays else whole | arrays))
    with pytest.raises(UserError, match="no readable file of features"):
        sparse_features.read(data, "dev")


def test_other_documents_are_a_user_error(data):
    data.true_labels_path("dev").write_text("a\t0\n")
    with pytest.raises(UserError, match="has 3 documents, the split dev has 1"):
        sparse_features.read(data, "dev")


def test_a_failed_write_leaves_the_old_file(data, monkeypatch):
    def full_disk(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(scipy.sparse, "save_npz", full_disk)
    with pytest.raises(OSError, match="No space left"):
        sparse_features.write(
            data.folder, "dev", scipy.sparse.csr_matrix(DENSE)
        )
    assert sparse_features.read(data, "dev").nnz == 3
    assert names_of_features(data) == ["dev.features.npz"]


def test_rows_get_length_1():
    rows = [[3, 0, 4], [0, 0, 0], [1e30, -1e30, 1e29], [0, 0, 1e-30]]
    matrix = scipy.sparse.csr_matrix(np.array(rows, np.float32))
    matrix.data[-1] = 0
    rows[-1][-1] = 0
    found = sparse_features.unit_rows(matrix)
    assert found.dtype == np.float32
    for row, values in zip(rows, found.toarray(), strict=True):
        length = math.sqrt(sum(value**2 for value in row)) or 1
        np.testing.assert_allclose(values, [v / length for v in row], 1e-6)
