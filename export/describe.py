"""Texts in, and what a model made of one written out."""

import os
import sys
from collections.abc import Iterable, Iterator

import numpy as np

from axml_tf.inspection.terminal import printable

_NUM_WORDS = 3  # Named for every label.
_BOLD, _PLAIN = "\033[1;33m", "\033[0m"


def describe(
    text: bytes, answer: dict[str, np.ndarray], top_k: int, color: bool
) -> str:
    """Writes out one answer.

    Args:
        text: the text, any bytes.
        answer: what the signature `explain` gave for it, without the batch
            dimension.
        top_k: labels to show, at most those in the answer.
        color: whether words are highlighted by colour, or in brackets.

    Returns:
        The text as far as it was read, with the words highlighted that spoke
        for the labels, then a line for each label: probability, name, and
        these words with their share of the attention, summed over all places
        where a word stands.
    """
    real = answer["starts"] >= 0
    spans = list(zip(answer["starts"][real], answer["ends"][real], strict=True))
    words = [_decode(text[start:end]).lower() for start, end in spans]
    names = [printable(_decode(name)) for name in answer["labels"][:top_k]]
    width = max(map(len, names))
    lines: list[str] = []
    named: set[str] = set()
    for rank, name in enumerate(names):
        best = _best_words(words, answer["attention"][rank, real])
        named.update(word for word, _ in best)
        reasons = ", ".join(
            f"{printable(word)} {share:.2f}" for word, share in best
        )
        probability = answer["probabilities"][rank]
        line = f"  {probability:.3f}  {name:{width}}  {reasons}"
        lines.append(line.rstrip())
    highlighted = [
        span for span, word in zip(spans, words, strict=True) if word in named
    ]
    read = text[: spans[-1][1]] if spans else b""
    return "\n".join([_highlight(read, highlighted, color), *lines])


def _best_words(
    words: list[str], attention: np.ndarray
) -> list[tuple[str, float]]:
    """The words that have most of the attention, with their share of it."""
    shares: dict[str, float] = {}
    for word, share in zip(words, attention, strict=True):
        shares[word] = shares.get(word, 0.0) + float(share)
    best = sorted(shares.items(), key=lambda pair: pair[1], reverse=True)
    return best[:_NUM_WORDS]


def _highlight(
    text: bytes, spans: Iterable[tuple[int, int]], color: bool
) -> str:
    before, after = (_BOLD, _PLAIN) if color else ("[", "]")
    pieces: list[str] = []
    end = 0
    for start, next_end in spans:
        gap, word = _decode(text[end:start]), _decode(text[start:next_end])
        pieces += [printable(gap), before, printable(word), after]
        end = next_end
    pieces.append(printable(_decode(text[end:])))
    return " ".join("".join(pieces).split())


def _decode(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def texts_of(arguments: list[str]) -> Iterator[bytes]:
    """The texts on a command line; for `-`, or without any, those of stdin."""
    for argument in arguments or ["-"]:
        if argument == "-":
            for line in sys.stdin.buffer:
                yield line.rstrip(b"\r\n")
        else:
            yield os.fsencode(argument)
