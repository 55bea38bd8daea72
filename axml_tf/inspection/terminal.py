"""An explanation in a terminal."""

import re

import numpy as np

from axml_tf.inspection.explanation import Explanation, LabelView

_TOP_WORDS = 5
# Words of less attention are not marked where there is no colour.
_LEAST_MARKED = 0.05
_PLAIN = "\033[0m"
# Of the 256 colours of terminals: from a dark to a light orange, black on it.
_SHADES = (94, 130, 172, 214)


def show(explanation: Explanation, color: bool) -> str:
    """Writes an explanation out.

    Args:
        explanation: of one text.
        color: whether words are shaded; else those that matter have their
            attention in brackets behind them.

    Returns:
        For every label: its probability and name, the text as far as it was
        read, and the words it attends to most.
    """
    blocks = []
    for label in explanation.labels:
        truth = {None: "", True: "  (true)", False: "  (not true)"}
        head = f"{label.probability:.3f}  {printable(label.name)}"
        blocks.append(
            "\n".join(
                [
                    head + truth[label.is_true],
                    _text(explanation, label, color),
                    f"  most: {_most(explanation, label)}",
                ]
            )
        )
    return "\n\n".join(blocks)


def printable(text: str) -> str:
    """Text in which no control character steers the terminal."""
    text = re.sub(r"[^\S ]+", " ", text)
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )


def _text(explanation: Explanation, label: LabelView, color: bool) -> str:
    *gaps, _ = explanation.gaps()
    most = max(label.attention, default=0.0) or 1.0
    pieces = []
    for gap, word, share in zip(
        gaps, explanation.words(), label.attention, strict=True
    ):
        word = printable(word)
        if color:
            shade = int(share / most * len(_SHADES))
            if shade:
                word = f"\033[30;48;5;{_SHADES[shade - 1]}m{word}{_PLAIN}"
        elif share >= _LEAST_MARKED:
            word = f"{word} [{share:.2f}]"
        pieces += [printable(gap), word]
    return "  " + " ".join("".join(pieces).split())


def _most(explanation: Explanation, label: LabelView) -> str:
    words = explanation.words()
    best = np.argsort(-label.attention, kind="stable")[:_TOP_WORDS]
    return ", ".join(
        f"{printable(words[i])} {label.attention[i]:.2f}" for i in best
    )
