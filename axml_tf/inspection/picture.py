"""An explanation as a picture, for where no page can be shown."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from axml_tf.inspection.explanation import Explanation, LabelView

_WIDTH = 800
_FONT_SIZE = 15
_LINE = 22
_MARGIN = 12
_INK, _PAPER, _SHADE = (27, 27, 27), (255, 255, 255), (255, 176, 0)
# Words with their shades, in [0, 1].
_Line = list[tuple[str, float]]
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
# Lines of one label; a text is cut there.
_MAX_LINES = 24


def draw(explanation: Explanation, num_labels: int) -> np.ndarray:
    """Draws the text once for each label, shaded by its attention.

    The font is Pillow's own, which knows Latin letters only.

    Args:
        explanation: of one text.
        num_labels: labels to draw, the first ones.

    Returns:
        uint8 array of shape `(height, 800, 3)`.
    """
    words = _words(explanation)
    font = ImageFont.load_default(_FONT_SIZE)
    lines: list[_Line] = []
    for label in explanation.labels[:num_labels]:
        lines += [[(_heading(label), 0.0)], *_wrapped(words, label, font), []]
    size = (_WIDTH, 2 * _MARGIN + _LINE * len(lines))
    image = Image.new("RGB", size, _PAPER)
    canvas = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        x: float = _MARGIN
        y = _MARGIN + _LINE * row
        for piece, shade in line:
            end = x + font.getlength(piece)
            if shade:
                canvas.rectangle((x, y, end, y + _LINE - 4), _mixed(shade))
            x = end + font.getlength(" ")
        text = " ".join(piece for piece, _ in line)
        canvas.text((_MARGIN, y), text, _INK, font)
    return np.asarray(image)


def _heading(label: LabelView) -> str:
    truth = {None: "", True: " (true)", False: " (not true)"}[label.is_true]
    return f"{label.probability:.3f}  {label.name}{truth}"


def _words(explanation: Explanation) -> list[str]:
    """The words, each with the signs that stand on it."""
    *gaps, _ = explanation.gaps()
    signs = [*(gap.split(" ")[0] for gap in gaps[1:]), ""]
    pairs = zip(explanation.words(), signs, strict=False)
    return ["".join((word + sign).split()) for word, sign in pairs]


def _wrapped(
    words: Sequence[str], label: LabelView, font: _Font
) -> list[_Line]:
    """Lines of words, each as wide as the picture at most."""
    most = max(label.attention, default=0.0) or 1.0
    lines: list[_Line] = [[]]
    x = 0.0
    for word, share in zip(words, label.attention, strict=True):
        length = font.getlength(f"{word} ")
        if x + length > _WIDTH - 2 * _MARGIN and lines[-1]:
            if len(lines) == _MAX_LINES:
                lines[-1].append(("…", 0.0))
                break
            lines.append([])
            x = 0.0
        lines[-1].append((word, float(share / most)))
        x += length
    return lines


def _mixed(shade: float) -> tuple[int, ...]:
    return tuple(
        round(paper + shade * (full - paper))
        for paper, full in zip(_PAPER, _SHADE, strict=True)
    )
