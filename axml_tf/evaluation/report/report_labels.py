"""Tables of the labels: what systems share, and how they do on groups."""

from axml_tf.evaluation.report import report_cells
from axml_tf.evaluation.report.report_contents import Report
from axml_tf.evaluation.report.report_measures import RANKING
from axml_tf.evaluation.report.report_parts import Section, Table


def overlap(report: Report) -> Section:
    """Table 4: labels that two systems have in common."""
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


def consensus(report: Report) -> Section:
    """Table 5: two systems, and their consensus."""
    rows: list[list[str]] = []
    best: set[tuple[int, int]] = set()
    for one in report.sets:
        measures = {s.name: s.measures for s in one.systems}
        for made in one.consensuses:
            first, second = (measures[name] for name in made.systems)
            lines = {
                name: [m[k].value for k in RANKING]
                for name, m in zip(made.systems, (first, second), strict=True)
            }
            name = f"consensus of {' and '.join(made.systems)}"
            lines[name] = [made.measures[k] for k in RANKING]
            for column, values in enumerate(zip(*lines.values(), strict=True)):
                best |= {
                    (len(rows) + i, 2 + column)
                    for i in report_cells.best(list(values))
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
        ["data", "system", *RANKING],
        rows,
        2,
        frozenset(best),
    )
    return Section("Consensus", [], [table])


def label_groups(report: Report) -> Section:
    """Table 6: AUC and AUPR of labels that occur often and seldom."""
    rows: list[list[str]] = []
    best: set[tuple[int, int]] = set()
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
