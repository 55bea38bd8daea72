from page_parts import table_named

from axml_tf.evaluation.report import report_measures


def test_table_2_has_figures_ranks_and_p_values(made_report):
    section = report_measures.over_data_sets(made_report.report)
    table = table_named(section, "Table 2")
    source = made_report.report.precision
    assert table.rows[0][:3] == [
        *("first", "P@1"),
        f"{source.values[0][0]:.2f} ({source.ranks[0][0]:g})",
    ]
    assert (0, 2) in table.best
    assert table.rows[-2][0] == "average rank"
    assert table.rows[-1] == ["p-value", "", "", "0.031", "0.031"]
    # Of six cells with one sign: 2 of 2**6 sums.
    assert "none can be below 0.031" in section.text[1]


def test_one_system_has_no_p_values(report_of_one):
    section = report_measures.over_data_sets(report_of_one)
    assert table_named(section, "Table 2").rows[-1] == [
        *("average rank", "", "1.00")
    ]
    assert not any("p-value" in line for line in section.text)


def test_every_measure_has_its_interval(made_report):
    section = report_measures.all_measures(made_report.report)
    table = table_named(section, "second")
    rows = {name: cells for name, *cells in table.rows}
    for place, system in enumerate(made_report.report.sets[1].systems):
        one = system.measures["PSnDCG@3"]
        expected = f"{one.value:.2f} [{one.low:.2f}, {one.high:.2f}]"
        assert rows["PSnDCG@3"][place] == expected
    f1 = made_report.report.sets[1].systems[0].f1
    assert rows["micro-F1"] == [f"{f1.micro:.2f}", "-", "-"]
    assert rows["thresholds"][1:] == ["-", "-"]


def test_f1_is_not_there_without_predictions_of_dev(report_of_one):
    section = report_measures.all_measures(report_of_one)
    (table,) = section.items
    assert table.rows[-1][0] == "PSnDCG@5"
    assert not any("F1" in line for line in section.text)


def test_differences_are_those_of_all_but_the_reference(made_report):
    section = report_measures.by_document(made_report.report)
    table = table_named(section, "first")
    names = [row[0] for row in table.rows]
    assert set(names) == set(made_report.report.systems[1:])
    system = made_report.report.sets[0].systems[1]
    compared = system.comparisons["P@1"]
    assert table.rows[0][:2] == [system.name, "P@1"]
    one = compared.difference
    assert table.rows[0][2] == (
        f"{one.value:+.2f} [{one.low:+.2f}, {one.high:+.2f}]"
    )
    assert any("+" in row[2] for row in table.rows)
    assert table.rows[0][4:] == [
        str(compared.num_better),
        str(compared.num_worse),
    ]
    # Ratios of sums have no test.
    p_values = {row[1]: row[3] for row in table.rows}
    assert p_values["PSP@3"] == "-" != p_values["P@3"]


def test_one_system_has_no_differences(report_of_one):
    section = report_measures.by_document(report_of_one)
    assert not section.items
    assert not section.text
