import html.parser
import json
import math
import re

import pytest
from small_sets import SYSTEMS

from axml_tf.evaluation.report import (
    report_cells,
    report_html,
    report_json,
    report_markdown,
    report_page,
    svg_plot,
)
from axml_tf.evaluation.report.report_build import Settings, build
from axml_tf.evaluation.report.report_files import read_sets
from axml_tf.evaluation.report.report_parts import Page, Plot, Section, Table

VOID = {"meta", "br"}


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
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def of(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture(scope="module")
def page(made_report):
    return report_page.lay_out(made_report.report)


def tables(page):
    for section in page.sections:
        for item in section.items:
            yield item.table if isinstance(item, Plot) else item


def test_page_has_the_seven_tables(page):
    captions = " ".join(table.caption for table in tables(page))
    for number in range(1, 8):
        assert f"Table {number}. " in captions
    titles = [section.title for section in page.sections]
    assert titles[0] == "Data"
    assert titles[-1] == "What could not be made"


def test_every_row_has_a_cell_for_every_column(page):
    for table in tables(page):
        assert {len(row) for row in table.rows} == {len(table.header)}
        for row, column in table.best:
            assert table.rows[row][column]


def table_named(page, start):
    (found,) = (t for t in tables(page) if t.caption.startswith(start))
    return found


def test_table_2_has_figures_ranks_and_p_values(made_report, page):
    table = table_named(page, "Table 2")
    source = made_report.report.precision
    assert table.rows[0][:3] == [
        *("first", "P@1"),
        f"{source.values[0][0]:.2f} ({source.ranks[0][0]:g})",
    ]
    assert (0, 2) in table.best
    assert table.rows[-2][0] == "average rank"
    assert table.rows[-1] == ["p-value", "", "", "0.031", "0.031"]


def test_one_system_has_no_p_values(made_report):
    flags = made_report.flags
    sets = read_sets(flags["data_dirs"][:1], flags["predictions"][:1])
    report = build(sets, SYSTEMS[0], Settings(num_samples=100))
    one = report_page.lay_out(report)
    assert table_named(one, "Table 2").rows[-1] == ["average rank", "", "1.00"]
    text = report_markdown.render(one)
    assert "p-values are" not in text
    assert "Table 4" not in text.partition("What could not be made")[0]


def test_table_7_has_minutes_and_memory(page):
    rows = table_named(page, "Table 7").rows
    assert rows[1] == [
        *("first", SYSTEMS[1], "two cores"),
        *("3.00", "2.50", "0.10", "0.15", "3.00"),
    ]
    # The third system's file does not say.
    assert len(rows) == 4


@pytest.mark.parametrize(
    ("p_value", "text"),
    [
        (1.0, "1.000"),
        (0.25, "0.250"),
        (140 / 2**15, "4.27e-3"),
        (2 / 2**15, "6.10e-5"),
        (1e-79, "1.00e-79"),
        (0.0, "< 1e-300"),
    ],
)
def test_p_values_are_printed_as_in_the_paper(p_value, text):
    assert report_cells.p_value(p_value) == text


def test_html_stands_alone_and_is_well_formed(page):
    text = report_html.render(page)
    found = Elements(text)
    assert not found.of("script")
    assert not found.of("link")
    assert not found.of("img")
    for _, attributes in found.elements:
        assert not {"src", "style", "onclick"} & set(attributes)
        assert attributes.get("href", "#").startswith("#")
    assert "url(" not in text
    assert "@import" not in text
    assert {"name": "viewport"}.items() <= found.of("meta")[2].items()
    assert "prefers-color-scheme: dark" in text


def test_html_shows_names_as_they_are(page):
    found = Elements(report_html.render(page))
    assert not found.of("b")
    cells = [text for text in found.text if text == SYSTEMS[1]]
    assert len(cells) > 10


def test_identifiers_are_unique_and_lead_somewhere(page):
    found = Elements(report_html.render(page))
    ids = [a["id"] for _, a in found.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in found.elements:
        for name in attributes.get("aria-labelledby", "").split():
            assert name in ids
    for attributes in found.of("a"):
        assert attributes["href"][1:] in ids


def test_pictures_have_titles_and_the_table_beside_them(page):
    found = Elements(report_html.render(page))
    pictures = [a for a in found.of("svg") if a.get("role") == "img"]
    # Two sets, two plots each.
    assert len(pictures) == len(found.of("desc")) == len(found.of("figure"))
    assert len(pictures) == 4


def test_rows_of_html_equal_those_of_the_page(page):
    found = Elements(report_html.render(page))
    all_tables = list(tables(page))
    assert len(found.of("table")) == len(all_tables)
    assert len(found.of("tr")) == sum(1 + len(t.rows) for t in all_tables)


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


def test_json_has_everything_unrounded(made_report):
    text = report_json.render(made_report.report)
    fields = json.loads(text, parse_constant=pytest.fail)
    system = fields["sets"][0]["systems"][0]
    source = made_report.report.sets[0].systems[0]
    assert system["measures"]["P@1"]["value"] == source.measures["P@1"].value
    assert system["made_by"]["train_seconds"] == 90.0
    assert fields["precision"]["p_values"][0] is None
    groups = [
        group["precision"]
        for one in fields["sets"]
        for group in one["systems"][0]["by_frequency"]
    ]
    # Nothing is predicted of labels that were never seen.
    assert groups[0] is None


def small_plot(series, has_bars):
    table = Table("C", ["k"], [])
    return Plot("T", "D", has_bars, "x", "y", ["1", "2"], series, table)


@pytest.mark.parametrize("has_bars", [False, True])
def test_heights_follow_the_figures(has_bars):
    svg = svg_plot.draw(
        small_plot({"a": [10.0, 30.0], "b": [math.nan, 40.0]}, has_bars), "p"
    )
    if has_bars:
        heights = [
            float(x) for x in re.findall(r'class="bar.*height="([\d.]+)"', svg)
        ]
    else:
        bottoms = [float(x) for x in re.findall(r'cy="([\d.]+)"', svg)]
        heights = [252 - y for y in bottoms]
        # The second series has one point only, and a line of no length.
        assert len(re.findall(r'class="point s1"', svg)) == 1
    # The axis ends at 40, the height of the picture's inside is 240.
    expected = [60, 180, 240] if has_bars else [60, 180]
    assert heights == expected


def test_a_plot_of_nothing_is_drawn():
    svg = svg_plot.draw(small_plot({"a": [math.nan, math.nan]}, False), "p")
    assert Elements(svg).of("title")


def test_many_series_go_round_the_styles():
    series = {f"s{i}": [float(i), 2.0] for i in range(8)}
    svg = svg_plot.draw(small_plot(series, False), "p")
    assert len(re.findall(r'class="point s0"', svg)) == 4
