"""Measures systems on data sets: from files to the contents of a report."""

import dataclasses

import numpy as np

from axml_tf.console.version import __version__
from axml_tf.dataset import set_statistics
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation import comparison, label_groups, propensity
from axml_tf.evaluation.document_comparison import compare_documents
from axml_tf.evaluation.label_groups import LabelGroup
from axml_tf.evaluation.measurement import Measurement, measure
from axml_tf.evaluation.report import report_pairs
from axml_tf.evaluation.report.report_contents import (
    KS,
    CellTable,
    GroupBounds,
    Report,
    SetReport,
)
from axml_tf.evaluation.report.report_files import SetFiles, told_of
from axml_tf.evaluation.report.report_systems import system_report
from axml_tf.evaluation.truth import Truth
from axml_tf.formats.predictions import TopK


@dataclasses.dataclass(frozen=True)
class Settings:
    """How a report is made; flags have the same names."""

    split: str = "test"
    propensity_a: float = propensity.DEFAULT_A
    propensity_b: float = propensity.DEFAULT_B
    seed: int = 0
    num_samples: int = 1000


def build(sets: list[SetFiles], against: str, settings: Settings) -> Report:
    """Makes the contents of a report.

    Args:
        sets: at least one, each with the same systems.
        against: name of the system that the others are compared with.
        settings: how it is made.

    Raises:
        UserError: a file is missing, unsound, or not of its data set; the
            message names it.
    """
    names = [system.name for system in sets[0].systems]
    reports = [_set_report(files, against, settings) for files in sets]
    return Report(
        split=settings.split,
        systems=names,
        against=against,
        precision=_cell_table("P", reports, names.index(against)),
        ndcg=_cell_table("nDCG", reports, names.index(against)),
        sets=reports,
        propensity_a=settings.propensity_a,
        propensity_b=settings.propensity_b,
        seed=settings.seed,
        num_samples=settings.num_samples,
        axml_tf_version=__version__,
    )


def _cell_table(
    measure_name: str, reports: list[SetReport], against: int
) -> CellTable:
    cells = [(report, f"{measure_name}@{k}") for report in reports for k in KS]
    values = np.array(
        [
            [system.measures[name].value for system in report.systems]
            for report, name in cells
        ]
    )
    found = comparison.compare_cells(values, against)
    return CellTable(
        cells=[(report.name, name) for report, name in cells],
        values=values.tolist(),
        ranks=found.ranks.tolist(),
        average_ranks=found.average_ranks.tolist(),
        p_values=[None if np.isnan(p) else p for p in found.p_values.tolist()],
    )


def _set_report(files: SetFiles, against: str, settings: Settings) -> SetReport:
    data = PreparedData(files.data_dir)
    truth = Truth.load(data, settings.split)
    measured = _measured(files, truth, settings)
    occurrences = np.bincount(
        truth.labels.indices, minlength=truth.labels.shape[1]
    )
    groups = label_groups.label_groups(occurrences)
    compared = compare_documents(
        [measurement.values for measurement in measured.values()],
        list(measured).index(against),
        settings.num_samples,
        settings.seed,
    )
    has_dev = any(system.dev_predictions for system in files.systems)
    dev_truth = Truth.load(data, "dev") if has_dev else None
    systems = [
        system_report(
            system, measured[system.name], figures, groups, dev_truth=dev_truth
        )
        for system, figures in zip(files.systems, compared, strict=True)
    ]
    consensuses, no_consensus = report_pairs.consensuses(measured, against)
    return SetReport(
        name=files.name,
        table_1=set_statistics.table_1_row(data.info),
        fingerprint=data.info.fingerprint,
        num_documents=len(truth.document_ids),
        num_documents_without_labels=truth.num_without_labels,
        num_true_labels=truth.labels.nnz,
        num_unseen_labels=truth.num_unseen_labels,
        systems=systems,
        overlaps=report_pairs.overlaps(measured),
        consensuses=consensuses,
        groups=[
            GroupBounds(
                at_least=group.at_least,
                below=group.below,
                num_labels=len(group.label_ids),
                share=100 * group.share,
            )
            for group in groups
        ],
        missing=_missing(files, measured, groups) + no_consensus,
    )


def _measured(
    files: SetFiles, truth: Truth, settings: Settings
) -> dict[str, Measurement]:
    """Every system by name, in the order of the files."""
    measured = {}
    for system in files.systems:
        with told_of(system.predictions):
            measured[system.name] = measure(
                TopK.load(system.predictions),
                truth,
                KS,
                propensity_a=settings.propensity_a,
                propensity_b=settings.propensity_b,
            )
    return measured


def _missing(
    files: SetFiles,
    measured: dict[str, Measurement],
    groups: list[LabelGroup],
) -> list[str]:
    """What cannot be made of the files given, and why."""
    missing = []
    if len(measured) < 2:
        missing.append(
            "Tables 4 and 5, p-values and differences between systems need "
            "two systems: give --predictions=NAME=FILE for a second one."
        )
    if not groups:
        missing.append(
            "Table 6: no label occurs "
            f"{label_groups.MIN_OCCURRENCES} times in the split."
        )
    for system in files.systems:
        made_by = measured[system.name].predictions.made_by
        if made_by is None or made_by.train_seconds is None:
            missing.append(
                f"Table 7: {system.predictions} does not record the time "
                f"that {system.name} was trained for."
            )
        if system.dev_predictions is None:
            missing.append(
                f"F1 of {system.name}: its threshold is picked on the dev "
                f"split; give --dev_predictions={system.name}=FILE."
            )
    return missing
