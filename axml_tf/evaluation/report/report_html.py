"""A report as one HTML file that needs nothing else: no network, no script."""

import html
from pathlib import Path

from axml_tf.evaluation.report import svg_plot
from axml_tf.evaluation.report.report_parts import Page, Plot, Section, Table

_STYLE_FILE = Path(__file__).with_name("report.css")


def render(page: Page) -> str:
    """The whole page; it follows the reader's light or dark colours."""
    title = html.escape(page.title)
    links = "".join(
        f'<li><a href="#part{number}">{html.escape(section.title)}</a></li>'
        for number, section in enumerate(page.sections)
    )
    sections = "\n".join(
        _section(section, f"part{number}")
        for number, section in enumerate(page.sections)
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{_STYLE_FILE.read_text(encoding="utf-8")}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{_paragraphs(page.text)}
<nav aria-label="Parts"><ul>{links}</ul></nav>
{sections}
</main>
</body>
</html>
"""


def _section(section: Section, identifier: str) -> str:
    items = "\n".join(
        _item(item, f"{identifier}item{number}")
        for number, item in enumerate(section.items)
    )
    return (
        f'<section aria-labelledby="{identifier}">\n'
        f'<h2 id="{identifier}">{html.escape(section.title)}</h2>\n'
        f"{_paragraphs(section.text)}\n{items}\n</section>"
    )


def _item(item: Table | Plot, identifier: str) -> str:
    if isinstance(item, Plot):
        return _figure(item, identifier)
    return _table(item, identifier)


def _figure(plot: Plot, identifier: str) -> str:
    swatch = svg_plot.bar_swatch if plot.has_bars else svg_plot.swatch
    legend = "".join(
        f"<li>{swatch(series)}{html.escape(name)}</li>"
        for series, name in enumerate(plot.series)
    )
    return (
        '<figure>\n<div class="picture">\n'
        f"<figcaption>{html.escape(plot.title)}</figcaption>\n"
        f"{svg_plot.draw(plot, identifier)}\n"
        f'<ul class="legend">{legend}</ul>\n</div>\n'
        f"{_table(plot.table, f'{identifier}table')}\n</figure>"
    )


def _table(table: Table, identifier: str) -> str:
    # Names only: long cells, which may wrap.
    kind = "table wide" if table.num_names == len(table.header) else "table"
    head = "".join(
        f'<th scope="col"{_name_class(column, table)}>{html.escape(cell)}</th>'
        for column, cell in enumerate(table.header)
    )
    rows = "\n".join(
        f"<tr>{_cells(index, row, table)}</tr>"
        for index, row in enumerate(table.rows)
    )
    caption = html.escape(table.caption)
    # The caption stands outside the box, so that it does not scroll; a reader
    # without a mouse scrolls what can take the focus.
    return (
        f'<div class="shown">\n<p class="caption" id="{identifier}">'
        f'{caption}</p>\n<div class="{kind}" role="region" tabindex="0" '
        f'aria-labelledby="{identifier}">\n'
        f'<table aria-labelledby="{identifier}">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n"
        "</table>\n</div>\n</div>"
    )


def _cells(index: int, row: list[str], table: Table) -> str:
    cells = []
    for column, cell in enumerate(row):
        content = html.escape(cell)
        if (index, column) in table.best:
            content = f'<strong class="best">{content}</strong>'
        name = _name_class(column, table)
        if column == 0:
            cells.append(f'<th scope="row"{name}>{content}</th>')
        else:
            cells.append(f"<td{name}>{content}</td>")
    return "".join(cells)


def _name_class(column: int, table: Table) -> str:
    return ' class="name"' if column < table.num_names else ""


def _paragraphs(lines: list[str]) -> str:
    return "\n".join(f"<p>{html.escape(line)}</p>" for line in lines)
