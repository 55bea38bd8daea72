"""Plots as inline SVG, coloured by the style sheet of the page.

Series are told apart by colour, by the shape of their points and by dashes;
classes `s0`, `s1`, ... name them.
"""

import html
import itertools
import math

from axml_tf.evaluation.report.report_parts import Plot

NUM_STYLES = 6  # Series that look different from each other.

# Units of the picture; it is scaled to the width of the page.
_WIDTH, _HEIGHT = 440, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 12, 48
_INNER_WIDTH = _WIDTH - _LEFT - _RIGHT
_INNER_HEIGHT = _HEIGHT - _TOP - _BOTTOM
_SIZE = 4  # Half the width of a point.
_DASHES = ("", "6 3", "2 3", "9 3 2 3", "12 4", "1 4")


def draw(plot: Plot, identifier: str) -> str:
    """The picture as an `svg` element with a title and a description.

    Args:
        plot: what to draw.
        identifier: unique within the page; letters and digits.
    """
    top = _axis_top(plot)
    marks = _bars(plot, top) if plot.has_bars else _lines(plot, top)
    title, description = f"{identifier}-title", f"{identifier}-desc"
    return "\n".join(
        (
            f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
            f'aria-labelledby="{title} {description}">',
            f'<title id="{title}">{html.escape(plot.title)}</title>',
            f'<desc id="{description}">{html.escape(plot.description)}</desc>',
            *_axes(plot, top),
            *marks,
            "</svg>",
        )
    )


def swatch(series: int) -> str:
    """A piece of a series' line with its point, for the legend."""
    return (
        '<svg class="swatch" viewBox="0 0 28 12" aria-hidden="true">'
        f"{_path('M0 6H28', series)}{_point(14, 6, series)}</svg>"
    )


def bar_swatch(series: int) -> str:
    """A piece of a series' bar, for the legend."""
    return (
        '<svg class="swatch" viewBox="0 0 28 12" aria-hidden="true">'
        f'<rect class="bar {_style(series)}" width="28" height="12"/></svg>'
    )


def _axis_top(plot: Plot) -> float:
    """The least round number that no figure exceeds."""
    values = [v for values in plot.series.values() for v in values]
    largest = max((v for v in values if not math.isnan(v)), default=0.0)
    steps = (10, 20, 40, 50, 60, 80)
    return next((step for step in steps if largest <= step), 100)


def _axes(plot: Plot, top: float) -> list[str]:
    parts = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = _y(share * top, top)
        parts.append(
            f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" '
            f'text-anchor="end">{share * top:g}</text>'
        )
    count = len(plot.x_labels)
    for place, label in enumerate(plot.x_labels):
        # Of many ranks the first and every fifth.
        if count <= 10 or place == 0 or (place + 1) % 5 == 0:
            parts.append(
                f'<text x="{_x(place, plot):.1f}" '
                f'y="{_TOP + _INNER_HEIGHT + 17}" '
                f'text-anchor="middle">{html.escape(label)}</text>'
            )
    middle = _TOP + _INNER_HEIGHT / 2
    parts.append(
        f'<text x="{_LEFT + _INNER_WIDTH / 2}" y="{_HEIGHT - 8}" '
        f'text-anchor="middle">{html.escape(plot.x_title)}</text>'
        f'<text x="12" y="{middle}" text-anchor="middle" '
        f'transform="rotate(-90 12 {middle})">'
        f"{html.escape(plot.y_title)}</text>"
    )
    return parts


def _lines(plot: Plot, top: float) -> list[str]:
    parts = []
    for series, (name, values) in enumerate(plot.series.items()):
        places = [
            (place, _x(place, plot), _y(value, top), value)
            for place, value in enumerate(values)
            if not math.isnan(value)
        ]
        steps = " L".join(f"{x:.1f} {y:.1f}" for _, x, y, _ in places)
        if steps:
            parts.append(_path(f"M{steps}", series))
        parts += [
            f"<g>{_tip(name, plot.x_labels[place], value)}"
            f"{_point(x, y, series)}</g>"
            for place, x, y, value in places
        ]
    return parts


def _bars(plot: Plot, top: float) -> list[str]:
    room = _INNER_WIDTH / max(len(plot.x_labels), 1)
    width = 0.8 * room / max(len(plot.series), 1)
    parts = []
    for (series, (name, values)), (place, label) in itertools.product(
        enumerate(plot.series.items()), enumerate(plot.x_labels)
    ):
        value = values[place]
        if math.isnan(value):
            continue
        x = _LEFT + place * room + 0.1 * room + series * width
        y = _y(value, top)
        parts.append(
            f'<g>{_tip(name, label, value)}<rect class="bar '
            f'{_style(series)}" x="{x:.1f}" y="{y:.1f}" '
            f'width="{0.92 * width:.1f}" '
            f'height="{_TOP + _INNER_HEIGHT - y:.1f}"/></g>'
        )
    return parts


def _x(place: int, plot: Plot) -> float:
    return _LEFT + _INNER_WIDTH * (place + 0.5) / len(plot.x_labels)


def _y(value: float, top: float) -> float:
    return _TOP + _INNER_HEIGHT * (1 - value / top)


def _tip(name: str, label: str, value: float) -> str:
    return f"<title>{html.escape(f'{name}, {label}: {value:.2f}')}</title>"


def _path(d: str, series: int) -> str:
    dashes = _DASHES[series % NUM_STYLES]
    dashes = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path class="line {_style(series)}" d="{d}"{dashes}/>'


def _point(x: float, y: float, series: int) -> str:
    """A circle, square, triangle, diamond, triangle on its tip, or bar."""
    r = _SIZE
    kind = series % NUM_STYLES
    style = f'class="point {_style(series)}"'
    if kind == 0:
        return f'<circle {style} cx="{x:.1f}" cy="{y:.1f}" r="{r}"/>'
    d = (
        f"h{2 * r}v{2 * r}h{-2 * r}z",
        f"m{r} 0l{r} {2 * r}h{-2 * r}z",
        f"m{r} {-r / 4}l{r * 1.25} {r * 1.25}l{-r * 1.25} {r * 1.25}"
        f"l{-r * 1.25} {-r * 1.25}z",
        f"h{2 * r}l{-r} {2 * r}z",
        f"m{r * 0.6} {-r / 2}h{r * 0.8}v{r * 3}h{-r * 0.8}z",
    )[kind - 1]
    return f'<path {style} d="M{x - r:.1f} {y - r:.1f}{d}"/>'


def _style(series: int) -> str:
    return f"s{series % NUM_STYLES}"
