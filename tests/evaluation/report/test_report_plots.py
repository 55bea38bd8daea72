import math

from axml_tf.evaluation.report.report_parts import Plot
from axml_tf.evaluation.report.report_plots import ranks_and_frequencies


def plots(report):
    items = ranks_and_frequencies(report).items
    return [item for item in items if isinstance(item, Plot)]


def test_every_set_has_lines_and_bars(made_report):
    found = plots(made_report.report)
    assert [plot.has_bars for plot in found] == [False, True] * 2
    assert all(
        list(plot.series) == made_report.report.systems for plot in found
    )


def test_lines_are_of_precision_by_rank(made_report):
    lines = plots(made_report.report)[0]
    system = made_report.report.sets[0].systems[1]
    assert lines.series[system.name] == system.precision_by_rank
    assert lines.x_labels == [str(k) for k in range(1, 9)]


def test_bars_are_in_percent_of_the_labels_frequency(made_report):
    bars = plots(made_report.report)[1]
    groups = made_report.report.sets[0].systems[1].by_frequency
    values = bars.series[made_report.report.systems[1]]
    assert bars.x_labels == [group.name for group in groups]
    for value, group in zip(values, groups, strict=True):
        assert value == 100 * group.precision or math.isnan(group.precision)


def test_a_plot_has_its_figures_in_a_table(made_report):
    for plot in plots(made_report.report):
        assert plot.table.header[1:] == list(plot.series)
        for place, row in enumerate(plot.table.rows):
            assert row[0] == plot.x_labels[place]
            assert row[1:] == [
                "-" if math.isnan(v[place]) else f"{v[place]:.2f}"
                for v in plot.series.values()
            ]


def test_recall_by_frequency_is_a_table(made_report):
    table = ranks_and_frequencies(made_report.report).items[2]
    groups = made_report.report.sets[0].systems[0].by_frequency
    assert [row[:3] for row in table.rows] == [
        [g.name, str(g.num_labels), f"{100 * g.recall:.2f}"] for g in groups
    ]
