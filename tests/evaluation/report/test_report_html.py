import pytest
from page_parts import Elements, tables
from small_sets import SYSTEMS

from axml_tf.evaluation.report import report_html


@pytest.fixture(scope="module")
def text(page):
    return report_html.render(page)


@pytest.fixture(scope="module")
def found(text):
    return Elements(text)


def test_html_stands_alone_and_is_well_formed(text, found):
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


def test_html_shows_names_as_they_are(found):
    assert not found.of("b")
    cells = [text for text in found.text if text == SYSTEMS[1]]
    assert len(cells) > 10


def test_identifiers_are_unique_and_lead_somewhere(found):
    ids = [a["id"] for _, a in found.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in found.elements:
        for name in attributes.get("aria-labelledby", "").split():
            assert name in ids
    for attributes in found.of("a"):
        assert attributes["href"][1:] in ids


def test_pictures_have_titles_and_the_table_beside_them(found):
    pictures = [a for a in found.of("svg") if a.get("role") == "img"]
    # Two sets, two plots each.
    assert len(pictures) == len(found.of("desc")) == len(found.of("figure"))
    assert len(pictures) == 4


def test_rows_of_html_equal_those_of_the_page(page, found):
    all_tables = list(tables(page))
    assert len(found.of("table")) == len(all_tables)
    assert len(found.of("tr")) == sum(1 + len(t.rows) for t in all_tables)
