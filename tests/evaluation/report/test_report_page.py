from page_parts import table_named, tables
from small_sets import SYSTEMS

from axml_tf.evaluation.report.report_page import lay_out


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


def test_sections_without_anything_are_skipped(report_of_one):
    titles = [section.title for section in lay_out(report_of_one).sections]
    assert "Data" in titles
    assert "Overlap" not in titles
    assert "Document by document" not in titles


def test_table_1_has_a_row_for_every_set(page, made_report):
    table = table_named(page, "Table 1")
    assert table.header[:2] == ["data", "N_train"]
    assert [row[:3] for row in table.rows] == [
        ["first", "2,000", "60"],
        ["second", "2,000", "60"],
    ]
    truth = made_report.truth["first"]["test"]
    empty = sum(not labels for labels in truth.values())
    assert f"{empty} of them without a true label" in page.sections[0].text[0]


def test_table_7_has_minutes_and_memory(page):
    rows = table_named(page, "Table 7").rows
    assert rows[1] == [
        *("first", SYSTEMS[1], "two cores"),
        *("3.00", "2.50", "0.10", "0.15", "3.00"),
    ]
    # The third system's file does not say.
    assert len(rows) == 4


def test_provenance_stands_beside_the_file(page, made_report):
    rows = table_named(page, "What the predictions").rows
    files = [
        system.file for one in made_report.report.sets for system in one.systems
    ]
    assert [row[-1] for row in rows] == files
    assert rows[0][2:5] == ["method 0", "seed=0", "numpy 2"]
    assert rows[2][2:5] == ["-", "-", "-"]


def test_what_is_missing_names_the_set_where_there_are_several(
    page, report_of_one
):
    assert page.sections[-1].text[0].startswith("first: ")
    text = lay_out(report_of_one).sections[-1].text
    assert text == report_of_one.sets[0].missing
