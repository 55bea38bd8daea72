"""What a page is made of: tables, plots, sections."""

import dataclasses
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        caption: what it shows.
        header: of every column.
        rows: cells of every row, as many as the header has.
        num_names: columns on the left that hold names; the others hold
            figures.
        best: row and column of the cells to emphasise.
    """

    caption: str
    header: list[str]
    rows: list[list[str]]
    num_names: int = 1
    best: frozenset[tuple[int, int]] = frozenset()


@dataclasses.dataclass(frozen=True)
class Plot:
    """A picture of figures that also stand in a table.

    Attributes:
        title: what it shows.
        description: the same for those who do not see it.
        has_bars: bars by category; otherwise lines over ranks.
        x_title: of the horizontal axis.
        y_title: of the vertical axis.
        x_labels: of every place on the horizontal axis.
        series: figures by name, one for each place; NaN leaves a gap.
        table: the same figures.
    """

    title: str
    description: str
    has_bars: bool
    x_title: str
    y_title: str
    x_labels: list[str]
    series: dict[str, list[float]]
    table: Table


@dataclasses.dataclass(frozen=True)
class Section:
    """A heading, what is to be said below it, and what is shown."""

    title: str
    text: list[str]
    items: Sequence[Table | Plot]


@dataclasses.dataclass(frozen=True)
class Page:
    """A whole report."""

    title: str
    text: list[str]
    sections: list[Section]
