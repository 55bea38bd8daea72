"""The repository's text form, to the letter."""

import numpy as np
import pytest
import scipy.sparse

from axml_tf.dataset import repository_form


def test_documents_stand_one_a_line_below_the_header(tmp_path):
    dense = np.array([[0, 0.25, 0], [0, 0, 0], [1 / 3, 0, 1e-7]], np.float32)
    path = tmp_path / "train.txt"
    repository_form.write(
        path, scipy.sparse.csr_matrix(dense), [[0, 12], [3], []], 20
    )
    assert path.read_text() == (
        "3 3 20\n0,12 1:0.25\n3 \n 0:0.333333 2:1e-07\n"
    )


def test_no_half_written_file_is_left(tmp_path):
    def labels():
        yield [0]
        raise OSError("gone")

    matrix = scipy.sparse.csr_matrix((2, 1), dtype=np.float32)
    with pytest.raises(OSError, match="gone"):
        repository_form.write(tmp_path / "train.txt", matrix, labels(), 1)
    assert list(tmp_path.iterdir()) == []
