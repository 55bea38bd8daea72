"""A report in Markdown: a plot is given by its table."""

from axml_tf.evaluation.report.report_parts import Page, Plot, Table


def render(page: Page) -> str:
    """The whole page, its end of line included."""
    parts = [f"# {_escape(page.title)}", *map(_escape, page.text)]
    for section in page.sections:
        parts.append(f"## {_escape(section.title)}")
        parts += map(_escape, section.text)
        for item in section.items:
            parts.append(_table(item.table if isinstance(item, Plot) else item))
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    num_figures = len(table.header) - table.num_names
    rules = ["---"] * table.num_names + ["---:"] * num_figures
    lines = [table.header, rules]
    for index, row in enumerate(table.rows):
        cells = [
            f"**{_escape(cell)}**"
            if (index, column) in table.best
            else _escape(cell)
            for column, cell in enumerate(row)
        ]
        lines.append(cells)
    lines[0] = list(map(_escape, table.header))
    rows = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{_escape(table.caption)}\n\n{rows}"


def _escape(text: str) -> str:
    """Text that Markdown shows as it is, within one line."""
    text = " ".join(text.split())
    for mark in "\\|*`<[":
        text = text.replace(mark, f"\\{mark}")
    return text
