import numpy as np
from page_parts import table_named
from small_sets import SYSTEMS

from axml_tf.evaluation.report import report_labels


def test_table_4_has_the_shares_of_every_pair(made_report):
    table = table_named(report_labels.overlap(made_report.report), "Table 4")
    assert len(table.rows) == 2 * 3
    assert table.header[2:] == ["Top1", "Top2", "Top3", "Top4", "Top5"]
    first = made_report.report.sets[0].overlaps[0]
    assert table.rows[0] == [
        "first",
        " and ".join(SYSTEMS[:2]),
        *(f"{share:.0f}%" for share in first.shares),
    ]


def test_table_5_has_both_systems_and_their_consensus(made_report):
    table = table_named(report_labels.consensus(made_report.report), "Table 5")
    assert [row[1] for row in table.rows[:3]] == [
        *SYSTEMS[:2],
        f"consensus of {SYSTEMS[0]} and {SYSTEMS[1]}",
    ]
    # The best of three lines each, not of the whole table.
    figures = np.array([[float(x) for x in row[2:]] for row in table.rows])
    assert len(figures) == 2 * 2 * 3
    for start in range(0, len(figures), 3):
        for column in range(figures.shape[1]):
            three = figures[start : start + 3, column]
            rows = [
                row
                for row in range(3)
                if (start + row, 2 + column) in table.best
            ]
            assert rows
            assert all(three[row] == three.max() for row in rows)
    made = made_report.report.sets[0].consensuses[0].measures
    assert table.rows[2][2] == f"{made['P@1']:.2f}"


def test_table_6_has_a_row_for_every_group(made_report):
    section = report_labels.label_groups(made_report.report)
    table = table_named(section, "Table 6")
    groups = made_report.report.sets[0].groups
    bounds = [row[1] for row in table.rows[:3]]
    assert bounds == [
        f"{groups[0].at_least} ≤ t",
        f"{groups[1].at_least} ≤ t < {groups[0].at_least}",
        f"{groups[2].at_least} ≤ t < {groups[1].at_least}",
    ]
    found = made_report.report.sets[0].systems[2].groups[0]
    assert table.rows[0][4 + 2] == f"{found.auc:.2f}"
    assert table.rows[0][4 + 3 + 2] == f"{found.aupr:.2f}"


def test_kinds_of_figures_are_told_apart(made_report, report_of_one):
    listed, exact, warning = report_labels.label_groups(made_report.report).text
    assert f"{SYSTEMS[0]} on first" in listed
    assert exact == f"From the scores of all labels: {SYSTEMS[1]} on first."
    assert "do not compare" in warning
    (only,) = report_labels.label_groups(report_of_one).text
    assert only.startswith("From the top k")


def test_one_system_has_neither_overlap_nor_consensus(report_of_one):
    for make in (report_labels.overlap, report_labels.consensus):
        section = make(report_of_one)
        assert not section.items
        assert not section.text
