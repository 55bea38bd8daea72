"""Words get ids by their counts, as a plain loop counts them."""

import collections
import re

import numpy as np
import pytest

from axml_tf.data_prep import vocabulary
from axml_tf.data_prep.batch_words import split_batch


def vocabulary_of(*texts, **options):
    words = vocabulary.WordCounter()
    for text in texts:
        words.update(split_batch([text.encode()], 1))
    return words.vocabulary(
        options.get("max_size", 1000), options.get("min_count", 1)
    )


def vocabulary_in_a_loop(texts, min_count):
    """Words with their counts, as the definition has them."""
    counts = collections.Counter(
        word for text in texts for word in re.findall(r"\w+", text.lower())
    )
    kept = {w: n for w, n in counts.items() if n >= min_count}
    shapes = collections.Counter()
    for word, count in counts.items():
        if count < min_count:
            shapes[re.sub(r"\d", "0", word)] += count
    for shape, count in shapes.items():
        if shape in kept or count >= min_count:
            kept[shape] = kept.get(shape, 0) + count
    return sorted(kept.items(), key=lambda item: (-item[1], item[0]))


@pytest.mark.parametrize("min_count", [1, 2, 4])
def test_words_are_those_of_a_plain_loop(min_count):
    rng = np.random.default_rng(0)
    words = [
        "cat",
        "Cat",
        "dog",
        "mp3",
        "mp4",
        "0000",
        *map(str, range(1990, 2020)),
    ]
    texts = [" ".join(rng.choice(words, 20)) for _ in range(6)]
    found = vocabulary_of(*texts, min_count=min_count)
    expected = vocabulary_in_a_loop(texts, min_count)
    assert [w.decode() for w in found.words] == [
        *("<pad>", "<unk>"),
        *(word for word, _ in expected),
    ]
    assert found.counts.dtype == np.int64
    assert found.counts.tolist() == [0, 0, *(count for _, count in expected)]
    distinct = {word.lower() for text in texts for word in text.split()}
    assert found.num_distinct_words == len(distinct)


def test_rare_numbers_count_for_their_shape_and_rare_words_for_nothing():
    found = vocabulary_of("1998 1999 cat cat dog mp3", min_count=2)
    assert found.words[2:] == [b"0000", b"cat"]
    assert found.counts[2:].tolist() == [2, 2]


def test_rare_numbers_count_for_a_shape_that_is_a_frequent_word():
    found = vocabulary_of("0000 0000 1998", min_count=2)
    assert found.words[2:] == [b"0000"]
    assert found.counts[2:].tolist() == [3]


def test_size_counts_padding_and_unknown():
    found = vocabulary_of("c c c b b a", max_size=4)
    assert found.words == [b"<pad>", b"<unk>", b"c", b"b"]
    assert found.num_distinct_words == 3


def test_folding_on_the_way_changes_nothing(monkeypatch):
    texts = ["Cat CAT cat dog", "DOG cat Dog", "bird Cat"]
    expected = vocabulary_of(*texts)
    monkeypatch.setattr(vocabulary, "_MAX_CASED_WORDS", 1)
    monkeypatch.setattr(vocabulary, "_WORDS_AT_ONCE", 2)
    found = vocabulary_of(*texts)
    assert found.words == expected.words
    assert found.counts.tolist() == expected.counts.tolist() == [0, 0, 5, 3, 1]


def test_line_number_is_the_id(tmp_path):
    words = [b"<pad>", b"<unk>", "na\u00efve".encode()]
    vocabulary.Vocabulary(words, np.zeros(3), 1).write(tmp_path / "vocab.txt")
    content = (tmp_path / "vocab.txt").read_bytes()
    assert content == "<pad>\n<unk>\nna\u00efve\n".encode()
