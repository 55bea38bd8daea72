"""Tables of the measures: all systems on all data sets, side by side."""

from axml_tf.evaluation.report import report_cells
from axml_tf.evaluation.report.report_contents import CellTable, Report
from axml_tf.evaluation.report.report_parts import Section, Table

# At 1 all measures are P@1, or PSP@1.
RANKING = ("P@1", "P@3", "P@5", "nDCG@3", "nDCG@5")
_MEASURES = (
    *RANKING,
    *("RP@3", "RP@5"),
    *("PSP@1", "PSP@3", "PSP@5", "PSnDCG@3", "PSnDCG@5"),
)


def over_data_sets(report: Report) -> Section:
    """Tables 2 and 3: ranks and significance over all data sets."""
    text = ["In brackets the rank of the system in its row."]
    if len(report.systems) > 1:
        rows = len(report.precision.cells)
        least = report_cells.p_value(2.0 ** (1 - rows))
        text.append(
            "The p-values are those of the two-sided signed-rank test against "
            f"{report.against} over the {rows} rows of a table; with {rows} "
            f"rows none can be below {least}."
        )
    return Section(
        "Comparison over data sets",
        text,
        [
            _cell_table("Table 2. P@k.", report.precision, report),
            _cell_table("Table 3. nDCG@k.", report.ndcg, report),
        ],
    )


def all_measures(report: Report) -> Section:
    """Every measure of every system, with its confidence interval."""
    tables = []
    for one in report.sets:
        rows = [
            [
                name,
                *(report_cells.interval(s.measures[name]) for s in one.systems),
            ]
            for name in _MEASURES
        ]
        best = {
            (row, 1 + column)
            for row, name in enumerate(_MEASURES)
            for column in report_cells.best(
                [s.measures[name].value for s in one.systems]
            )
        }
        f1 = [s.f1 for s in one.systems]
        if any(f1):
            rows += [
                ["micro-F1", *(f"{f.micro:.2f}" if f else "-" for f in f1)],
                ["macro-F1", *(f"{f.macro:.2f}" if f else "-" for f in f1)],
                [
                    "thresholds",
                    *(
                        f"{f.micro_threshold:.3g}, {f.macro_threshold:.3g}"
                        if f
                        else "-"
                        for f in f1
                    ),
                ],
            ]
        tables.append(
            Table(
                f"{one.name}: all measures.",
                ["measure", *report.systems],
                rows,
                1,
                frozenset(best),
            )
        )
    text = [
        "In brackets the 95% confidence interval: documents drawn anew "
        f"{report.num_samples:,} times with replacement, seed {report.seed}. "
        "PSP and PSnDCG weigh a hit by the inverse propensity of its label "
        f"(A = {report.propensity_a:g}, B = {report.propensity_b:g}). RP@k "
        "divides by the number of true labels where there are fewer than k; "
        "nDCG@1 and RP@1 are P@1, PSnDCG@1 is PSP@1.",
    ]
    if any(s.f1 for one in report.sets for s in one.systems):
        text.append(
            "F1: a label is assigned where its score reaches a threshold, "
            "picked on the dev split for micro-F1 and for macro-F1 by "
            "itself. Labels that a predictions file does not list are not "
            "assigned; macro-F1 is over the labels that occur in the split."
        )
    return Section("All measures", text, tables)


def by_document(report: Report) -> Section:
    """Differences from one system, document by document."""
    tables = []
    for one in report.sets:
        rows = [
            [
                system.name,
                measure,
                report_cells.interval(compared.difference, signed=True),
                "-"
                if compared.p_value is None
                else report_cells.p_value(compared.p_value),
                f"{compared.num_better:,}",
                f"{compared.num_worse:,}",
            ]
            for system in one.systems
            for measure in _MEASURES
            if (compared := system.comparisons.get(measure))
        ]
        if rows:
            tables.append(
                Table(
                    f"{one.name}: differences from {report.against}.",
                    [
                        *("system", "measure", "difference"),
                        *("p-value", "better", "worse"),
                    ],
                    rows,
                    2,
                )
            )
    if not tables:
        return Section("Document by document", [], [])
    text = [
        f"What a system has more than {report.against}, in percent points "
        "and with its 95% confidence interval; the two-sided signed-rank "
        "test over documents (the normal approximation, corrected for equal "
        "differences, for more than 50 that are not 0), of measures that are "
        "means over documents; and for how many documents the system is "
        "better or worse. No correction is made for looking at many measures."
    ]
    return Section("Document by document", text, tables)


def _cell_table(caption: str, table: CellTable, report: Report) -> Table:
    rows, best = [], set()
    for index, (cell, values, ranks) in enumerate(
        zip(table.cells, table.values, table.ranks, strict=True)
    ):
        figures = [
            f"{value:.2f} ({rank:g})"
            for value, rank in zip(values, ranks, strict=True)
        ]
        rows.append([*cell, *figures])
        best |= {
            (index, 2 + column)
            for column, rank in enumerate(ranks)
            if rank == min(ranks)
        }
    averages = [f"{rank:.2f}" for rank in table.average_ranks]
    rows.append(["average rank", "", *averages])
    if len(report.systems) > 1:
        p_values = [
            "" if p is None else report_cells.p_value(p) for p in table.p_values
        ]
        rows.append(["p-value", "", *p_values])
    return Table(
        caption,
        ["data", "measure", *report.systems],
        rows,
        2,
        frozenset(best),
    )
