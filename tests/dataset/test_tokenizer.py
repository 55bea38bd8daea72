"""Words against a loop over characters, ids against a plain look-up."""

import unicodedata

import numpy as np
import pytest
import tensorflow as tf
from helpers import write_dataset

from axml_tf.console.errors import UserError
from axml_tf.dataset.tokenizer import (
    Tokenizer,
    load_tokenizer,
    normalize_words,
    pad,
    split_words,
    with_a_column,
    word_shapes,
)

TEXTS = [
    "The FISH quota, of 1998 (EC) No 12/3",
    "",
    " \n\t ",
    "naïve e\u0301clair x_y __ שלום 日本 \U0001f600 ǅ ½ Ⅷ",
    "e-mail--e-mail",
    "a\u00a0b\u2003c\u2028d\x00e",
]
VOCABULARY = [
    *("<pad>", "<unk>", "the", "fish", "0000", "mp0", "naïve", "mp3"),
    *("é0", "é5"),
]


def words_in_a_loop(text):
    """(word, start, end) of each run of letters, digits, marks and _."""
    found, begin = [], None
    # A space at the end ends the last word.
    for place, character in enumerate(f"{text} "):
        kind = unicodedata.category(character)[0]
        if kind in "LNM" or character == "_":
            begin = place if begin is None else begin
        elif begin is not None:
            word = text[begin:place].encode()
            start = len(text[:begin].encode())
            found.append((word, start, start + len(word)))
            begin = None
    return found


def id_by_hand(word):
    """Line of a word, else of its shape, else that of the unknown word."""
    word = word.decode("utf-8", "replace").lower()
    shape = "".join(
        "0" if unicodedata.category(c)[0] == "N" else c for c in word
    )
    for spelling in (word, shape):
        if spelling in VOCABULARY:
            return VOCABULARY.index(spelling)
    return 1


@pytest.fixture
def vocabulary(tmp_path):
    path = tmp_path / "vocab.txt"
    path.write_text("".join(f"{word}\n" for word in VOCABULARY))
    return path


def random_texts():
    rng = np.random.default_rng(0)
    symbols = [*"aBé7_-. \nçЖ٣", "\u0301", "\u200b", "日"]
    return ["".join(rng.choice(symbols, n)) for n in range(60)]


def test_words_and_their_places_are_those_of_a_plain_loop():
    texts = [*TEXTS, *random_texts()]
    words, starts, ends = split_words(tf.constant(texts))
    for row, text in enumerate(texts):
        found = zip(words[row].numpy(), *(starts[row], ends[row]), strict=True)
        assert [(w, int(s), int(e)) for w, s, e in found] == words_in_a_loop(
            text
        )


def test_bytes_that_are_no_text_stay_in_their_word():
    words, starts, ends = split_words(tf.constant([b"caf\xc3 \xffa\xfeb"]))
    assert words.to_list() == [[b"caf\xc3", b"\xffa\xfeb"]]
    assert starts.to_list() == [[0, 5]]
    assert ends.to_list() == [[4, 9]]


def test_words_are_lower_cased_whatever_the_script():
    words = ["FISH", "ÄRGER", "ЖУК", "1998", "ǅ"]
    expected = [word.lower().encode() for word in words]
    assert normalize_words(tf.constant(words)).numpy().tolist() == expected
    assert normalize_words(tf.constant([b"A\xff"])).numpy() == (
        "a\N{REPLACEMENT CHARACTER}".encode()
    )


def test_every_digit_of_a_shape_is_0():
    shapes = word_shapes(tf.constant(["mp3", "1998", "a_7Ⅷ٣b", "fish"]))
    assert shapes.numpy().tolist() == [b"mp0", b"0000", b"a_000b", b"fish"]


def test_ids_are_those_of_a_plain_look_up(vocabulary):
    texts = ["The fish mp3 MP4 1998 007 NAÏVE nope É5 É6", *TEXTS]
    tokenized = Tokenizer(vocabulary, 100)(tf.constant(texts))
    assert tokenized.token_ids.dtype == tf.int32
    found = tokenized.token_ids.to_list()
    assert found == [
        [id_by_hand(word) for word, _, _ in words_in_a_loop(text)]
        for text in texts
    ]
    # All three ways of finding a word are in it.
    assert found[0] == [2, 3, 7, 5, 4, 1, 6, 1, 9, 8]


def test_first_words_are_kept_and_all_are_counted(vocabulary):
    tokenized = Tokenizer(vocabulary, 2)(tf.constant(["a THE b c", "", "x"]))
    assert tokenized.words.to_list() == [[b"a", b"THE"], [], [b"x"]]
    assert tokenized.token_ids.to_list() == [[1, 2], [], [1]]
    assert tokenized.starts.to_list() == [[0, 2], [], [0]]
    assert tokenized.ends.to_list() == [[1, 5], [], [1]]
    assert tokenized.num_words.numpy().tolist() == [4, 0, 1]


def test_graph_gives_the_same(vocabulary):
    tokenizer = Tokenizer(vocabulary, 100)
    texts = tf.constant(TEXTS)
    for found, expected in zip(
        tf.function(tokenizer)(texts), tokenizer(texts), strict=True
    ):
        tf.nest.map_structure(
            np.testing.assert_array_equal,
            tf.nest.flatten(found, expand_composites=True),
            tf.nest.flatten(expected, expand_composites=True),
        )


@pytest.mark.parametrize("max_length", [0, -1])
def test_length_below_one_is_refused(vocabulary, max_length):
    with pytest.raises(ValueError, match="`max_length` must be a positive"):
        Tokenizer(vocabulary, max_length)


def test_padding_makes_a_rectangle_of_at_least_one_column():
    ragged = tf.ragged.constant([[5, 6], [], [7]], dtype=tf.int32)
    assert pad(ragged, 0).numpy().tolist() == [[5, 6], [0, 0], [7, 0]]
    empty = tf.ragged.constant([[], []], dtype=tf.string)
    assert pad(empty, "-").numpy().tolist() == [[b"-"], [b"-"]]
    assert with_a_column(tf.zeros([3, 0]), 2).numpy().tolist() == [[2]] * 3
    full = [[1, 2]]
    assert with_a_column(tf.constant(full), 0).numpy().tolist() == full


def test_tokenizer_of_a_model_reads_no_more_than_was_prepared(tmp_path):
    data = write_dataset(tmp_path, {"train": [[]]}, max_length=20)
    assert load_tokenizer(data, 500).max_length == 20
    tokenizer = load_tokenizer(data, 7)
    assert tokenizer.max_length == 7
    token_ids = tokenizer(tf.constant(["word9 word2 nope"])).token_ids
    assert token_ids.to_list() == [[9, 2, 1]]


@pytest.mark.parametrize("change", [-1, 1])
def test_vocabulary_that_is_not_whole_is_refused(tmp_path, change):
    data = write_dataset(tmp_path, {"train": [[]]})
    lines = data.vocabulary_path.read_text().splitlines(keepends=True)
    lines = lines[:change] if change < 0 else [*lines, "more\n"]
    data.vocabulary_path.write_text("".join(lines))
    with pytest.raises(UserError) as error:
        load_tokenizer(data, 100)
    assert str(error.value) == (
        f"{data.vocabulary_path} has {50 + change} words, dataset.json says "
        "50. Prepare the data again."
    )
