"""Finds things in a page and in HTML."""

import html.parser
from collections.abc import Iterator

from axml_tf.evaluation.report.report_parts import Page, Plot, Section, Table

_VOID = {"meta", "br"}


def tables(section: Section | Page) -> Iterator[Table]:
    """All tables, those of plots too."""
    if isinstance(section, Page):
        for one in section.sections:
            yield from tables(one)
        return
    for item in section.items:
        yield item.table if isinstance(item, Plot) else item


def table_named(section: Section | Page, start: str) -> Table:
    """The one table whose caption starts so."""
    (found,) = (t for t in tables(section) if t.caption.startswith(start))
    return found


class Elements(html.parser.HTMLParser):
    """Every element with its attributes; checks that all are closed."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def of(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]
