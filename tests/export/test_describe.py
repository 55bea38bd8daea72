import io
import os
import sys

import numpy as np

from axml_tf.export.describe import describe, texts_of

# The model read three of the four words; the last column is padding.
TEXT = "Fish,\n der Fisch; naïve".encode()
ANSWER = {
    "labels": np.array([b"fishing policy", "pêche".encode()]),
    "probabilities": np.array([0.9, 0.25], np.float32),
    "starts": np.array([0, 7, 11, -1]),
    "ends": np.array([4, 10, 16, -1]),
    "attention": np.array(
        [[0.75, 0.05, 0.2, 0.0], [0.125, 0.375, 0.5, 0.0]], np.float32
    ),
}


def test_names_scores_and_words_are_written_out():
    assert describe(TEXT, ANSWER, 2, color=False).splitlines() == [
        "[Fish], [der] [Fisch]",
        "  0.900  fishing policy  fish 0.75, fisch 0.20, der 0.05",
        "  0.250  pêche           fisch 0.50, der 0.38, fish 0.12",
    ]


def test_top_k_cuts_the_labels():
    assert len(describe(TEXT, ANSWER, 1, color=False).splitlines()) == 2


def test_only_the_three_best_words_are_named_and_repeats_are_summed():
    text = b"a b C d c"
    answer = {
        "labels": np.array([b"x"]),
        "probabilities": np.array([1.0]),
        "starts": np.array([0, 2, 4, 6, 8]),
        "ends": np.array([1, 3, 5, 7, 9]),
        "attention": np.array([[0.3, 0.04, 0.2, 0.26, 0.2]]),
    }
    assert describe(text, answer, 1, color=False).splitlines() == [
        "[a] b [C] [d] [c]",
        "  1.000  x  c 0.40, a 0.30, d 0.26",
    ]


def test_color_takes_the_place_of_brackets():
    first = describe(TEXT, ANSWER, 2, color=True).splitlines()[0]
    assert first.startswith("\033[1;33mFish\033[0m, ")
    assert "[Fish]" not in first


def test_an_empty_text_has_labels_and_no_words():
    answer = {
        **ANSWER,
        "starts": np.array([-1]),
        "ends": np.array([-1]),
        "attention": np.zeros([2, 1], np.float32),
    }
    assert describe(b"", answer, 2, color=False).splitlines() == [
        "",
        "  0.900  fishing policy",
        "  0.250  pêche",
    ]


def test_bytes_that_steer_a_terminal_are_not_written():
    text = b"\x1b[2J fish\xff"
    answer = {
        "labels": np.array([b"la\x1bw"]),
        "probabilities": np.array([1.0]),
        "starts": np.array([5]),
        "ends": np.array([9]),
        "attention": np.array([[1.0]]),
    }
    assert describe(text, answer, 1, color=False).splitlines() == [
        "\ufffd[2J [fish]",
        "  1.000  la\ufffdw  fish 1.00",
    ]


class Input:
    """A standard input of these bytes."""

    def __init__(self, content):
        self.buffer = io.BytesIO(content)


def test_arguments_are_texts_and_a_dash_stands_for_the_lines(monkeypatch):
    lines = Input(b"one \xff\r\n\ntwo\n")
    monkeypatch.setattr(sys, "stdin", lines)
    first = os.fsdecode("p\u00eache\xff".encode("latin-1"))
    assert list(texts_of([first, "-", "last"])) == [
        *("p\u00eache\xff".encode("latin-1"), b"one \xff", b"", b"two", b"last")
    ]


def test_without_arguments_the_lines_are_the_texts(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Input(b"one\ntwo"))
    assert list(texts_of([])) == [b"one", b"two"]
