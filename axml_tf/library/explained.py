"""An explanation, as a program, a terminal and a notebook want it."""

import html
from typing import NamedTuple

from axml_tf.inspection.explanation import Explanation, LabelView, decode
from axml_tf.inspection.terminal import show

# Shaded with less of the highest attention, a word cannot be told from others.
_LEAST_SHADED = 0.02


class Word(NamedTuple):
    """A word of a text, as a label sees it.

    Attributes:
        word: as it is written.
        start: byte offset in the text, as UTF-8, of its first byte.
        end: one past its last.
        attention: its share of the label's attention, in [0, 1].
    """

    word: str
    start: int
    end: int
    attention: float


class Reasons(NamedTuple):
    """Why a label.

    Attributes:
        label: its name.
        score: its probability, in [0, 1].
        words: all words that were read, in the order of the text; their
            attention sums to 1.
    """

    label: str
    score: float
    words: list[Word]

    def top(self, count: int = 5) -> list[Word]:
        """The words with the most attention, most first."""
        return sorted(self.words, key=lambda w: -w.attention)[:count]


class Explained:
    """Which words of a text spoke for labels.

    `print` shows it as text, a notebook as a page. Attention says where the
    model looked when it scored a label; it does not prove that these words
    made the score.

    Args:
        explanation: of the text.

    Attributes:
        text: the text, valid UTF-8.
        labels: reasons for each label, in the order asked for, or best first.
    """

    def __init__(self, explanation: Explanation):
        self._explanation = explanation
        self.text = decode(explanation.text)
        self.labels = [
            Reasons(
                view.name,
                float(view.probability),
                [
                    Word(word, int(start), int(end), float(share))
                    for word, start, end, share in zip(
                        explanation.words(),
                        explanation.starts,
                        explanation.ends,
                        view.attention,
                        strict=True,
                    )
                ],
            )
            for view in explanation.labels
        ]

    def __str__(self) -> str:
        return show(self._explanation, color=False)

    def __repr__(self) -> str:
        names = ", ".join(f"{x.label} {x.score:.3f}" for x in self.labels)
        return f"<Explained: {names}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: no script, and all names as text."""
        blocks = "".join(
            f"<details{' open' * (not place)}><summary>"
            f"<b>{html.escape(view.name)}</b> {view.probability:.3f}</summary>"
            f'<p style="white-space:pre-wrap;line-height:1.7">'
            f"{self._shaded(view)}</p></details>"
            for place, view in enumerate(self._explanation.labels)
        )
        return f"<div>{blocks}</div>"

    def _shaded(self, view: LabelView) -> str:
        """The text, its words shaded by the attention of a label."""
        *gaps, last = self._explanation.gaps()
        most = max(view.attention, default=0.0) or 1.0
        pieces = []
        for gap, word, share in zip(
            gaps, self._explanation.words(), view.attention, strict=True
        ):
            pieces.append(html.escape(gap))
            strength = float(share / most)
            if strength < _LEAST_SHADED:
                pieces.append(html.escape(word))
                continue
            pieces.append(
                f'<span title="{float(share):.3f}" style="background:'
                f'rgba(255,176,0,{strength:.2f})">{html.escape(word)}</span>'
            )
        return "".join(pieces) + html.escape(last)
