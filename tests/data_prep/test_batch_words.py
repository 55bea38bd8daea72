"""Every word is counted and placed as the tokenizer splits them."""

import numpy as np
import pytest

from axml_tf.data_prep.batch_words import split_batch
from axml_tf.dataset import tokenizer

TEXTS = [
    [b"The cat saw the other cat", b"", b"one"],
    [b"", b" \n "],
    ["naïve \xfc \U0001f600 שלום".encode(), b"bad \xff\xfe bytes \x00 nul"],
    # The same between white space, more than once.
    [b"e-mail, e-mail -- e-mail,", b"-- a\x00b a\x00b\x00 \x00", b"--"],
    ["a\u00a0b a\u2003b\ta\vb\fa\rb a\u00a0b".encode()],
    # Characters cut off by white space.
    [b"caf\xc3 caf\xc3\xa9 \xa9 \xe2\x82 \xac\n\xe2"],
]


def random_texts() -> list[bytes]:
    rng = np.random.default_rng(0)
    symbols = np.frombuffer(b"aB7_-. \n\x00\xc3\xa9\xe2\x82\xff", np.uint8)
    return [rng.choice(symbols, length).tobytes() for length in range(120)]


@pytest.mark.parametrize("max_length", [2, 100])
def test_words_are_counted_and_placed(max_length):
    for texts in [*TEXTS, random_texts()]:
        batch = split_batch(texts, max_length)
        words, _, _ = tokenizer.split_words(texts)
        words = words.to_list()
        assert batch.num_words.tolist() == [len(row) for row in words]
        everything = [word for row in words for word in row]
        assert sorted(batch.words) == sorted(set(everything))
        for word, count in zip(batch.words, batch.counts, strict=True):
            assert everything.count(word) == count
        first = [word for row in words for word in row[:max_length]]
        assert [batch.words[i] for i in batch.positions] == first
