"""Vectors of all formats against a plain parse, and what fills the gaps."""

import gzip
import lzma
import struct
import tracemalloc

import numpy as np
import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.embeddings import build_embeddings
from axml_tf.data_prep.vector_files import read_vectors
from axml_tf.data_prep.vocabulary import Vocabulary

DIM = 8
WORDS = ["the", "Law", "at home", "naïve", "two", "u.s."]
VECTORS = np.round(
    np.random.default_rng(0).normal(size=(len(WORDS), DIM)), 4
).astype(np.float32)


def glove(words=WORDS, vectors=VECTORS):
    lines = (
        f"{word} {' '.join(str(number) for number in vector)}\n"
        for word, vector in zip(words, vectors, strict=True)
    )
    return "".join(lines).encode()


def word2vec_text():
    return f"{len(WORDS)} {DIM}\n".encode() + glove()


def word2vec_binary(separator=b"\n"):
    words = [word.replace(" ", "_") for word in WORDS]
    return f"{len(WORDS)} {DIM}\n".encode() + b"".join(
        word.encode() + b" " + struct.pack(f"<{DIM}f", *vector) + separator
        for word, vector in zip(words, VECTORS, strict=True)
    )


def vocabulary(*words, counts=None):
    words = [b"<pad>", b"<unk>", *(word.encode() for word in words)]
    counts = [0, 0, *(counts or [1] * (len(words) - 2))]
    return Vocabulary(words, np.array(counts), len(words) - 2)


def entries(path):
    return [
        (entry.word.decode(), entry.vector()) for entry in read_vectors(path)
    ]


@pytest.mark.parametrize(
    ("name", "data", "space"),
    [
        ("v.txt", glove(), " "),
        ("v.txt.gz", gzip.compress(glove()), " "),
        ("v.txt.xz", lzma.compress(glove()), " "),
        ("v.vec", word2vec_text(), " "),
        ("v.bin", word2vec_binary(), "_"),
        ("v.bin", word2vec_binary(separator=b""), "_"),
        ("v.bin.gz", gzip.compress(word2vec_binary()), "_"),
    ],
)
def test_every_format_gives_the_vectors_that_were_written(
    tmp_path, name, data, space
):
    (tmp_path / name).write_bytes(data)
    words, vectors = zip(*entries(tmp_path / name), strict=True)
    assert list(words) == [
        word if word != "at home" else f"at{space}home" for word in WORDS
    ]
    np.testing.assert_array_equal(np.stack(vectors), VECTORS)


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


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (glove() + b"law 0.5 0.5\n", "line 7: expected a word and 8 numbers"),
        (
            glove() + b"law" + b" 0.5" * (DIM + 1) + b"\n",
            "line 7: expected a word and 8 numbers",
        ),
        (b"law 0.1 x\n", "line 1: could not convert"),
        (b"law 0.1 nan\n", "line 1: expected finite numbers"),
        (b"law\n", "line 1: expected a word and some numbers"),
        (word2vec_binary()[:-20], "word 6 of 6: the file ends"),
        (
            b"9" + word2vec_text()[1:],
            "expected 9 words as line 1 says, but line 7",
        ),
        (b"0 8\n", "line 1: expected two positive numbers"),
        (b"9 1000000000000\nlaw 1\n", "line 1: .*at most 4,096 numbers"),
        (b"1 4097\n" + b"law \xff\xfe", "line 1: .*at most 4,096 numbers"),
        (b"9" * 50 + b" 8\nlaw \xff\xfe\x00", "word 1 of"),
        (b"law" + b" 1" * 5000, "line 1: .*at most 4,096 numbers"),
        (b"law 1 2\nx" + b"x" * 2**20, "line 2: expected fewer than"),
        (b"", "no word in common"),
        (glove(["der"], VECTORS[:1]), "no word in common"),
    ],
)
def test_a_malformed_file_is_named_with_its_line(tmp_path, data, message):
    path = tmp_path / "vectors"
    path.write_bytes(data)
    with pytest.raises(UserError, match=message):
        build_embeddings(path, vocabulary("law"), seed=0)


def test_a_missing_or_damaged_file_is_an_error(tmp_path):
    with pytest.raises(UserError, match="No file of word vectors"):
        list(read_vectors(tmp_path / "v.txt"))
    (tmp_path / "v.gz").write_bytes(gzip.compress(glove() * 99)[:-20])
    with pytest.raises(UserError, match=r"damaged \.gz"):
        list(read_vectors(tmp_path / "v.gz"))


def test_a_line_without_end_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "v.gz"
    path.write_bytes(gzip.compress(b"x" * 2**27))
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match="line 1: expected fewer than"):
            list(read_vectors(path))
        assert tracemalloc.get_traced_memory()[1] < 2**25
    finally:
        tracemalloc.stop()
