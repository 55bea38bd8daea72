"""The plots of a report, each with its figures in a table."""

import math

from axml_tf.evaluation.report import report_cells
from axml_tf.evaluation.report.report_contents import Report, SetReport
from axml_tf.evaluation.report.report_parts import Plot, Section, Table


def ranks_and_frequencies(report: Report) -> Section:
    """Precision and recall by rank, and by frequency of the label."""
    items: list[Plot | Table] = []
    for one in report.sets:
        items += [_rank_plot(one), _frequency_plot(one)]
        items.append(_recall_table(one))
    return Section("By rank and by frequency of the label", [], items)


def _rank_plot(one: SetReport) -> Plot:
    depth = max(len(s.precision_by_rank) for s in one.systems)
    series = {
        s.name: s.precision_by_rank
        + [math.nan] * (depth - len(s.precision_by_rank))
        for s in one.systems
    }
    labels = [str(rank) for rank in range(1, depth + 1)]
    title = f"{one.name}: precision against rank"
    return Plot(
        title,
        f"Lines of P@k in percent over k from 1 to {depth}, one for each "
        "system.",
        False,
        "k",
        "P@k, %",
        labels,
        series,
        _series_table(f"{title} (P@k, %).", "k", labels, series),
    )


def _frequency_plot(one: SetReport) -> Plot:
    groups = one.systems[0].by_frequency
    labels = [group.name for group in groups]
    series = {
        s.name: [100 * group.precision for group in s.by_frequency]
        for s in one.systems
    }
    title = f"{one.name}: precision by the label's frequency"
    return Plot(
        title,
        "Bars of the share, in percent, of the five best labels that are "
        "true, for labels of few to many training documents, one bar for "
        "each system.",
        True,
        "training documents of the label",
        "true among the top 5, %",
        labels,
        series,
        _series_table(
            f"{title}: what share of the labels of that frequency among the "
            "five best is true (%).",
            "training documents",
            labels,
            series,
        ),
    )


def _recall_table(one: SetReport) -> Table:
    groups = one.systems[0].by_frequency
    rows = [
        [
            group.name,
            f"{group.num_labels:,}",
            *(
                report_cells.figure(100 * s.by_frequency[i].recall)
                for s in one.systems
            ),
        ]
        for i, group in enumerate(groups)
    ]
    return Table(
        f"{one.name}: what share of the true labels of that frequency is "
        "among the five best (%).",
        ["training documents", "labels", *(s.name for s in one.systems)],
        rows,
    )


def _series_table(
    caption: str,
    x_title: str,
    x_labels: list[str],
    series: dict[str, list[float]],
) -> Table:
    rows = [
        [label, *map(report_cells.figure, values)]
        for label, *values in zip(x_labels, *series.values(), strict=True)
    ]
    return Table(caption, [x_title, *series], rows)
