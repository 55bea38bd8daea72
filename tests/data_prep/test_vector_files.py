"""Vectors of all formats against a plain parse."""

import gzip
import lzma
import tracemalloc

import numpy as np
import pytest
from vector_texts import (
    DIM,
    VECTORS,
    WORDS,
    glove,
    word2vec_binary,
    word2vec_text,
)

from axml_tf.console.errors import UserError
from axml_tf.data_prep.vector_files import read_vectors


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
    ],
)
def test_a_malformed_file_is_named_with_its_line(tmp_path, data, message):
    path = tmp_path / "vectors"
    path.write_bytes(data)
    with pytest.raises(UserError, match=message):
        entries(path)


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
