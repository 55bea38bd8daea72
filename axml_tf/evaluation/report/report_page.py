"""The contents of a report as tables and plots, for any renderer.

Everything here is text already rounded; a renderer only sets it.
"""

from axml_tf.dataset import set_statistics
from axml_tf.evaluation.report import (
    report_cells,
    report_labels,
    report_measures,
)
from axml_tf.evaluation.report.report_contents import Report
from axml_tf.evaluation.report.report_parts import Page, Section, Table
from axml_tf.evaluation.report.report_plots import ranks_and_frequencies


def lay_out(report: Report) -> Page:
    """Puts a report's contents into tables and plots, in order."""
    sets = ", ".join(one.name for one in report.sets)
    sections = [
        _data(report),
        report_measures.over_data_sets(report),
        report_measures.all_measures(report),
        report_measures.by_document(report),
        ranks_and_frequencies(report),
        report_labels.overlap(report),
        report_labels.consensus(report),
        report_labels.label_groups(report),
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
