"""True labels are written line by line, and counted."""

import numpy as np

from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.xmc_sparse import SparseDocument
from axml_tf.data_prep.true_labels import TrueLabelsWriter
from axml_tf.dataset.label_files import read_true_labels


def test_lines_and_counts_are_those_of_a_plain_loop(tmp_path):
    rng = np.random.default_rng(0)
    rows = [
        sorted(rng.choice(9, rng.integers(0, 4), replace=False).tolist())
        for _ in range(100)
    ]
    path = tmp_path / "dev.labels.txt"
    with TrueLabelsWriter(path, num_seen_labels=6) as writer:
        for index, labels in enumerate(rows):
            writer.write(Document(f"d\u2028{index}", b"", ()), labels)
    assert list(read_true_labels(path)) == [
        (f"d\u2028{index}", labels) for index, labels in enumerate(rows)
    ]
    unseen = [label for labels in rows for label in labels if label >= 6]
    assert writer.num_documents == 100
    assert writer.num_labels == sum(map(len, rows))
    assert writer.num_without_labels == rows.count([])
    assert writer.num_unseen_labels == len(unseen)
    assert writer.unseen_labels == set(unseen) == {6, 7, 8}


def test_documents_of_word_counts_are_written_alike(tmp_path):
    path = tmp_path / "train.labels.txt"
    nothing = np.zeros(0, np.int32)
    with TrueLabelsWriter(path, num_seen_labels=6) as writer:
        writer.write(SparseDocument("7", (), nothing, nothing), [0, 5])
        writer.write(SparseDocument("8", (), nothing, nothing), [])
    assert path.read_bytes() == b"7\t0 5\n8\t\n"
    assert writer.unseen_labels == set()
