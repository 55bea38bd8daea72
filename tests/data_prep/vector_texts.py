"""Word vectors, and how the formats write them."""

import struct

import numpy as np

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
