"""What waits between the passes comes back as it went in."""

import numpy as np
import pytest

from axml_tf.data_prep.vocabulary import split_batch
from axml_tf.data_prep.word_spool import WordSpool
from axml_tf.dataset import tokenizer as text

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


def _random_texts() -> list[bytes]:
    rng = np.random.default_rng(0)
    symbols = np.frombuffer(b"aB7_-. \n\x00\xc3\xa9\xe2\x82\xff", np.uint8)
    return [rng.choice(symbols, length).tobytes() for length in range(120)]


@pytest.mark.parametrize("max_length", [2, 100])
def test_words_are_counted_and_placed(max_length):
    for texts in [*TEXTS, _random_texts()]:
        batch = split_batch(texts, max_length)
        words, _, _ = text.split_words(texts)
        words = words.to_list()
        assert batch.num_words.tolist() == [len(row) for row in words]
        everything = [word for row in words for word in row]
        assert sorted(batch.words) == sorted(set(everything))
        for word, count in zip(batch.words, batch.counts, strict=True):
            assert everything.count(word) == count
        first = [word for row in words for word in row[:max_length]]
        assert [batch.words[i] for i in batch.positions] == first


def test_batches_come_back_as_they_went_in(tmp_path):
    batches = [split_batch(texts, 3) for texts in TEXTS]
    with WordSpool(tmp_path) as spool:
        for batch in batches:
            spool.write(batch)
        # Twice: reading starts at the first one.
        for _ in range(2):
            for given, found in zip(batches, spool.read(), strict=True):
                assert found.words == given.words
                for mine, theirs in zip(found[1:], given[1:], strict=True):
                    assert mine.dtype == theirs.dtype
                    np.testing.assert_array_equal(mine, theirs)
    assert list(tmp_path.iterdir()) == []
