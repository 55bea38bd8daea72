"""The contents of a report as tables and plots, for any renderer.

Everything here is text already rounded; a renderer only sets it.
"""

from axml_tf.dataset import set_statistics
from axml_tf.evaluation.report import report_cells
from axml_tf.evaluation.report.report_contents import CellTable, Report
from axml_tf.evaluation.report.report_parts import Page, Section, Table
from axml_tf.evaluation.report.report_plots import ranks_and_frequencies

# At 1 all measures are P@1, or PSP@1.
_RANKING = ("P@1", "P@3", "P@5", "nDCG@3", "nDCG@5")
_MEASURES = (
    *_RANKING,
    *("RP@3", "RP@5"),
    *("PSP@1", "PSP@3", "PSP@5", "PSnDCG@3", "PSnDCG@5"),
)


def lay_out(report: Report) -> Page:
    """Puts a report's contents into tables and plots, in order."""
    sets = ", ".join(one.name for one in report.sets)
    sections = [
        _data(report),
        _comparison(report),
        _all_measures(report),
        _documents(report),
        ranks_and_frequencies(report),
        _overlap(report),
        _consensus(report),
        _label_groups(report),
        _times(report),
        _provenance(report),
        _missing(report),
    ]
    return Page(
        f"{', '.join(report.systems)} on {sets}",
        [
            f"Split {report.split}. Measures are in percent. Made by axml_tf "
            f"{report.axml_tf_version}."
        ],
        [section for section in sections if section.items or section.text],
    )


def _data(report: Report) -> Section:
    rows, notes = [], []
    for one in report.sets:
        cells = map(set_statistics.format_cell, one.table_1.values())
        rows.append([one.name, *cells])
        notes.append(
            f"{one.name}: {one.num_documents:,} documents were measured, "
            f"{one.num_documents_without_labels:,} of them without a true "
            f"label (they count as 0); {one.num_unseen_labels:,} of "
            f"{one.num_true_labels:,} true labels were never seen in "
            "training and count as misses."
        )
    table = Table(
        "Table 1. N: documents; D: distinct words; L: labels; L-bar: labels "
        "per document; L-hat: training documents per label; W-bar: words per "
        "document.",
        ["data", *report.sets[0].table_1],
        rows,
    )
    return Section("Data", notes, [table])


def _comparison(report: Report) -> Section:
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


def _all_measures(report: Report) -> Section:
    tables = []
    for one in report.sets:
        names = _MEASURES
        rows = [
            [
                name,
                *(report_cells.interval(s.measures[name]) for s in one.systems),
            ]
            for name in names
        ]
        best = {
            (row, 1 + column)
            for row, name in enumerate(names)
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


def _documents(report: Report) -> Section:
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


def _overlap(report: Report) -> Section:
    rows = [
        [one.name, " and ".join(o.systems), *(f"{x:.0f}%" for x in o.shares)]
        for one in report.sets
        for o in one.overlaps
    ]
    if not rows:
        return Section("Overlap", [], [])
    header = [f"Top{k}" for k in range(1, len(rows[0]) - 1)]
    table = Table(
        "Table 4. What share of the top k labels two systems have in common, "
        "mean over documents.",
        ["data", "systems", *header],
        rows,
        2,
    )
    return Section("Overlap", [], [table])


def _consensus(report: Report) -> Section:
    rows, best = [], set()
    for one in report.sets:
        measures = {s.name: s.measures for s in one.systems}
        for made in one.consensuses:
            first, second = (measures[name] for name in made.systems)
            lines = {
                name: [m[k].value for k in _RANKING]
                for name, m in zip(made.systems, (first, second), strict=True)
            }
            name = f"consensus of {' and '.join(made.systems)}"
            lines[name] = [made.measures[k] for k in _RANKING]
            for column, values in enumerate(zip(*lines.values(), strict=True)):
                best |= {
                    (len(rows) + i, 2 + column)
                    for i in report_cells.best(values)
                }
            rows += [
                [one.name, name, *map(report_cells.figure, values)]
                for name, values in lines.items()
            ]
    if not rows:
        return Section("Consensus", [], [])
    table = Table(
        "Table 5. The consensus of two systems by eq. 9, 1 - (1 - P0)(1 - "
        "P1); a label that a file does not list has there the probability 0.",
        ["data", "system", *_RANKING],
        rows,
        2,
        frozenset(best),
    )
    return Section("Consensus", [], [table])


def _label_groups(report: Report) -> Section:
    rows, best = [], set()
    for one in report.sets:
        for index, group in enumerate(one.groups):
            found = [s.groups[index] for s in one.systems]
            auc, aupr = [g.auc for g in found], [g.aupr for g in found]
            bound = "" if group.below is None else f" < {group.below:,}"
            best |= {(len(rows), 4 + i) for i in report_cells.best(auc)}
            best |= {
                (len(rows), 4 + len(found) + i) for i in report_cells.best(aupr)
            }
            rows.append(
                [
                    one.name,
                    f"{group.at_least:,} ≤ t{bound}",
                    f"{group.num_labels:,}",
                    f"{group.share:.2f}",
                    *map(report_cells.figure, auc + aupr),
                ]
            )
    if not rows:
        return Section("Label groups", [], [])
    table = Table(
        "Table 6. Labels that occur t ≥ 5 times in the split, in groups of "
        "near-equal total occurrence: their number, their percentage of all "
        "occurrences, mean AUC and mean AUPR.",
        [
            *("data", "occurrence", "number", "percentage"),
            *(f"AUC {name}" for name in report.systems),
            *(f"AUPR {name}" for name in report.systems),
        ],
        rows,
        2,
        frozenset(best),
    )
    return Section("Label groups", _group_notes(report), [table])


def _group_notes(report: Report) -> list[str]:
    listed, exact = (
        [
            f"{s.name} on {one.name}"
            for one in report.sets
            for s in one.systems
            if s.groups_are_exact is is_exact
        ]
        for is_exact in (False, True)
    )
    notes = []
    if listed:
        notes.append(
            f"From the top k of a predictions file: {', '.join(listed)}. "
            "Documents whose top k does not have a label are taken to tie "
            "below all that do, so that their order among themselves counts "
            "one half in AUC."
        )
    if exact:
        notes.append(f"From the scores of all labels: {', '.join(exact)}.")
    if listed and exact:
        notes.append("Figures of the one kind do not compare with the other.")
    return notes


def _times(report: Report) -> Section:
    rows = []
    for one in report.sets:
        for system in one.systems:
            made_by = system.made_by
            if made_by is None:
                continue
            peak = made_by.peak_memory
            rows.append(
                [
                    one.name,
                    system.name,
                    made_by.machine or "-",
                    report_cells.minutes(made_by.train_seconds),
                    report_cells.minutes(made_by.train_cpu_seconds),
                    report_cells.minutes(made_by.predict_seconds),
                    report_cells.minutes(made_by.predict_cpu_seconds),
                    "-" if peak is None else f"{peak / 2**30:.2f}",
                ]
            )
    if not rows:
        return Section("Time and memory", [], [])
    table = Table(
        "Table 7. Minutes of training and of prediction by the clock, and of "
        "all processor cores together, and the largest resident set, as the "
        "predictions files have recorded them.",
        [
            *("data", "system", "machine"),
            *("training, min", "of processors"),
            *("prediction, min", "of processors"),
            "peak memory, GiB",
        ],
        rows,
        3,
    )
    return Section("Time and memory", [], [table])


def _provenance(report: Report) -> Section:
    rows = []
    for one in report.sets:
        for system in one.systems:
            made_by = system.made_by
            settings, versions, method = "-", "-", "-"
            if made_by is not None:
                method = made_by.system
                settings = report_cells.pairs(made_by.settings, "=")
                versions = report_cells.pairs(made_by.versions, " ")
            rows.append(
                [
                    *(one.name, system.name, method),
                    *(settings, versions, system.file),
                ]
            )
    table = Table(
        "What the predictions were made with.",
        ["data", "system", "method", "settings", "versions", "file"],
        rows,
        6,
    )
    prints = ", ".join(f"{s.name} {s.fingerprint}" for s in report.sets)
    return Section(
        "How it was made", [f"Fingerprints of the data: {prints}."], [table]
    )


def _missing(report: Report) -> Section:
    # With one set its name says nothing.
    text = [
        f"{one.name}: {line}" if len(report.sets) > 1 else line
        for one in report.sets
        for line in one.missing
    ]
    return Section("What could not be made", text, [])
