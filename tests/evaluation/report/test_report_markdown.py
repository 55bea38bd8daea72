import re

from page_parts import tables

from axml_tf.evaluation.report import report_markdown, report_page
from axml_tf.evaluation.report.report_parts import Page, Section, Table


def test_markdown_rows_have_one_width(page):
    text = report_markdown.render(page)
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert len(blocks) == len(list(tables(page)))
    for block in blocks:
        # A bar within a cell has a backslash before it.
        widths = {
            len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()
        }
        assert len(widths) == 1
    assert "our\\|net" in text
    assert "\\<b>Trees" in text


def test_markdown_emphasises_the_best():
    table = Table("C", ["a", "b"], [["x", "1"]], 1, frozenset({(0, 1)}))
    page = Page("T", ["said"], [Section("S", [], [table])])
    assert report_markdown.render(page) == (
        "# T\n\nsaid\n\n## S\n\nC\n\n| a | b |\n| --- | ---: |\n| x | **1** |\n"
    )


def test_one_system_is_compared_with_none(report_of_one):
    text = report_markdown.render(report_page.lay_out(report_of_one))
    assert "p-values are" not in text
    assert "Table 4" not in text.partition("What could not be made")[0]
