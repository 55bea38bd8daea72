"""Texts in, weights of words out, in the order of the true labels."""

import collections
import math
import re

import numpy as np
import pytest
import scipy.sparse
from helpers import write_dataset
from raw_documents import TEST, TRAIN, prepare_raw

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.lines import write_lines
from axml_tf.data_prep.tf_idf import write_sparse_features
from axml_tf.dataset import sparse_features


def tf_idf_in_a_loop(documents, train, min_documents):
    """Words and rows as the definition has them, in dictionaries."""
    counted = {
        document.id: collections.Counter(
            re.findall(r"\w+", document.text.decode().lower())
        )
        for document in [*documents, *train]
    }
    having = collections.Counter(
        word for document in train for word in counted[document.id]
    )
    words = sorted(
        (w for w, n in having.items() if n >= min_documents),
        key=lambda w: (-having[w], w.encode()),
    )
    rows = {}
    for document in documents:
        row = [
            (1 + math.log(counted[document.id][word]))
            * (1 + math.log((1 + len(train)) / (1 + having[word])))
            if word in counted[document.id]
            else 0.0
            for word in words
        ]
        length = math.sqrt(sum(value**2 for value in row)) or 1.0
        rows[document.id] = [value / length for value in row]
    return words, having, rows


def check(data, split, documents, *, train, min_documents):
    found = sparse_features.read(data, split).toarray()
    words, having, rows = tf_idf_in_a_loop(documents, train, min_documents)
    lines = (
        (data.folder / "features.txt").read_text(encoding="utf-8").split("\n")
    )
    assert lines == [*(f"{word}\t{having[word]}" for word in words), ""]
    order = [name for name, _ in data.true_labels(split)]
    assert sorted(order) == sorted(rows)
    np.testing.assert_allclose(found, [rows[name] for name in order], 1e-6)


@pytest.mark.parametrize("min_documents", [1, 2])
def test_values_are_those_of_the_definition(raw, min_documents):
    data = prepare_raw(raw)
    write_sparse_features(data, min_documents=min_documents, text_form=False)
    options = {"train": TRAIN, "min_documents": min_documents}
    check(data, "train", TRAIN, **options)
    # The training documents weigh the words of the others, too; a document
    # of unknown words, or of none, has an empty row.
    check(data, "test", TEST, **options)
    assert sparse_features.read(data, "test").getrow(1).nnz == 0


def test_documents_keep_their_order_and_their_whole_text(tmp_path):
    rng = np.random.default_rng(0)
    words = np.array([*"abcdefghij", "Ünder_score", "naïve", "1998", "mp3"])
    # Not a multiple of the shards, and more than one batch.
    train = [
        Document(
            f"d{index}",
            " ".join(rng.choice(words, rng.integers(0, 40))).encode(),
            ("label",),
        )
        for index in range(602)
    ]
    raw = tmp_path / "raw"
    raw.mkdir()
    write_lines(raw, "train", train)
    data = prepare_raw(
        raw, num_shards=7, max_length=3, valid_fraction=0, compression="gzip"
    )
    write_sparse_features(data, min_documents=2, text_form=False)
    check(data, "train", train, train=train, min_documents=2)


def test_text_form_is_the_matrix_with_its_labels(raw):
    data = prepare_raw(raw)
    write_sparse_features(data, min_documents=1, text_form=True)
    for split in data.info.splits:
        matrix = sparse_features.read(data, split).toarray()
        header, *lines = (
            (data.folder / f"{split}.features.txt").read_text().splitlines()
        )
        assert header == f"{len(matrix)} {matrix.shape[1]} 5"
        truth = [labels for _, labels in data.true_labels(split)]
        for line, row, labels in zip(lines, matrix, truth, strict=True):
            given, *pairs = line.split(" ")
            assert given == ",".join(map(str, labels))
            values = np.zeros(len(row))
            for pair in filter(None, pairs):
                column, value = pair.split(":")
                values[int(column)] = float(value)
            np.testing.assert_allclose(values, row, 1e-5)


def test_what_was_written_is_told(raw, capsys):
    data = prepare_raw(raw)
    capsys.readouterr()
    write_sparse_features(data, min_documents=2, text_form=False)
    # and, cats, dogs stand in two training documents.
    assert capsys.readouterr().out.splitlines() == [
        "train: 3 documents, 3 features, 2.0 a document, 0 documents without",
        "dev: 1 documents, 3 features, 2.0 a document, 0 documents without",
        "test: 2 documents, 3 features, 1.0 a document, 1 documents without",
    ]


def test_an_empty_split_has_no_rows(tmp_path):
    train = [("a", [2, 3], [0]), ("b", [3], [1])]
    data = write_dataset(tmp_path, {"train": [train], "dev": [[]]})
    (tmp_path / "train.labels.txt").write_text("a\t0\nb\t1\n")
    (tmp_path / "dev.labels.txt").write_text("")
    write_sparse_features(data, min_documents=1, text_form=False)
    assert sparse_features.read(data, "dev").shape == (0, 2)


def test_words_that_are_too_rare_are_a_user_error(raw):
    data = prepare_raw(raw)
    with pytest.raises(UserError, match="No word stands in 4 training"):
        write_sparse_features(data, min_documents=4, text_form=False)
    assert not list(data.folder.glob("*.features.npz"))


def test_a_set_without_texts_keeps_the_features_it_came_with(tmp_path):
    data = write_dataset(tmp_path, {"train": []})
    (tmp_path / "train.labels.txt").write_text("a\t0\n")
    matrix = scipy.sparse.csr_matrix(np.array([[7.0]], np.float32))
    sparse_features.write(tmp_path, "train", matrix)
    assert data.info.split("train").shards == ()
    with pytest.raises(UserError, match="has no texts"):
        write_sparse_features(data, min_documents=1, text_form=False)
    assert sparse_features.read(data, "train").data.tolist() == [7]
