"""Every word of the vocabulary gets a vector: its own, or what fills gaps."""

import numpy as np
import pytest
from vector_texts import DIM, VECTORS, glove

from axml_tf.console.errors import UserError
from axml_tf.data_prep.embeddings import build_embeddings
from axml_tf.data_prep.vocabulary import Vocabulary


def vocabulary(*words, counts=None):
    words = [b"<pad>", b"<unk>", *(word.encode() for word in words)]
    counts = [0, 0, *(counts or [1] * (len(words) - 2))]
    return Vocabulary(words, np.array(counts), len(words) - 2)


def test_rows_follow_the_vocabulary(tmp_path):
    path = tmp_path / "v.txt"
    path.write_bytes(glove())
    words = vocabulary("naïve", "unheard", "law", counts=[1, 2, 5])
    vectors, coverage = build_embeddings(path, words, seed=0)
    assert vectors.dtype == np.float32
    assert vectors.shape == (5, DIM)
    np.testing.assert_array_equal(vectors[2], VECTORS[3])
    np.testing.assert_array_equal(vectors[4], VECTORS[1])
    np.testing.assert_array_equal(vectors[0], np.zeros(DIM))
    assert (vectors[[1, 3]] != 0).all()
    assert coverage.words == pytest.approx(2 / 3)
    assert coverage.occurrences == pytest.approx(6 / 8)


@pytest.mark.parametrize(
    ("spellings", "chosen"),
    [(["LAW", "Law", "law"], 2), (["law", "LAW"], 0), (["LAW", "Law"], 0)],
)
def test_the_lower_case_spelling_counts_else_the_first(
    tmp_path, spellings, chosen
):
    path = tmp_path / "v.txt"
    path.write_bytes(glove(spellings, VECTORS[: len(spellings)]))
    vectors, _ = build_embeddings(path, vocabulary("law"), seed=0)
    np.testing.assert_array_equal(vectors[2], VECTORS[chosen])


def test_random_vectors_have_the_deviation_of_those_found(tmp_path):
    generator = np.random.default_rng(1)
    known = [f"known{i}" for i in range(200)]
    path = tmp_path / "v.txt"
    path.write_bytes(glove(known, generator.normal(0, 0.3, (200, DIM))))
    unheard = [f"unheard{i}" for i in range(2000)]
    words = vocabulary(*known, *unheard)
    vectors, _ = build_embeddings(path, words, seed=0)
    assert vectors[202:].std() == pytest.approx(0.3, rel=0.05)
    again, _ = build_embeddings(path, words, seed=0)
    other, _ = build_embeddings(path, words, seed=1)
    np.testing.assert_array_equal(vectors, again)
    assert (vectors[202:] != other[202:]).any()


def test_numbers_start_near_the_mean_of_number_words(tmp_path):
    path = tmp_path / "v.txt"
    generator = np.random.default_rng(2)
    data = generator.normal(size=(5, DIM))
    path.write_bytes(glove(["one", "two", "million", "7", "law"], data))
    words = vocabulary("7", "1998", "0000", "law", "mp3")
    vectors, coverage = build_embeddings(path, words, seed=0)
    mean = data[:3].mean(axis=0)
    deviation = vectors[[2, 5]].std()
    np.testing.assert_allclose(vectors[2], data[3], rtol=1e-6)
    for row in (3, 4):
        distance = np.abs(vectors[row] - mean).max()
        assert 0 < distance < 0.5 * deviation
    assert (vectors[3] != vectors[4]).all()
    assert np.abs(vectors[6] - mean).max() > 0.5 * deviation
    assert coverage.num_numbers == 3
    assert coverage.numbers == pytest.approx(1 / 3)
    assert coverage.numbers_from == 3


@pytest.mark.parametrize("data", [b"", glove(["der"], VECTORS[:1])])
def test_file_of_another_language_is_a_user_error(tmp_path, data):
    path = tmp_path / "vectors"
    path.write_bytes(data)
    with pytest.raises(UserError, match="no word in common"):
        build_embeddings(path, vocabulary("law"), seed=0)
