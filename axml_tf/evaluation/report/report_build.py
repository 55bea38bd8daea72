"""Measures systems on data sets: from files to the contents of a report."""

import contextlib
import dataclasses
import itertools
from collections.abc import Iterator

import numpy as np

from axml_tf.console.errors import UserError
from axml_tf.console.version import __version__
from axml_tf.dataset import set_statistics
from axml_tf.evaluation import (
    comparison,
    label_groups,
    label_performance,
    propensity,
    ranking,
    thresholds,
)
from axml_tf.evaluation.combination import METHODS, check_probabilities, combine
from axml_tf.evaluation.document_comparison import compare_documents
from axml_tf.evaluation.frequency import by_frequency
from axml_tf.evaluation.measurement import (
    Measurement,
    find_hits,
    in_order,
    measure,
)
from axml_tf.evaluation.overlap import overlap_at_k
from axml_tf.evaluation.report.report_contents import (
    F1,
    CellTable,
    ConsensusReport,
    GroupBounds,
    GroupPerformance,
    Overlap,
    Report,
    SetReport,
    SystemReport,
)
from axml_tf.evaluation.truth import Truth
from axml_tf.formats.predictions import TopK

KS = (1, 3, 5)
_MAX_RANK = 20  # Last rank of the curve of precision.


@dataclasses.dataclass(frozen=True)
class SystemFiles:
    """The files of one system on one data set.

    Attributes:
        name: of the system.
        predictions: of the measured split.
        dev_predictions: of the dev split, which thresholds are picked on;
            None without.
        label_performance: AUC and AUPR from all scores; None without.
    """

    name: str
    predictions: str
    dev_predictions: str | None = None
    label_performance: str | None = None


@dataclasses.dataclass(frozen=True)
class SetFiles:
    """A data set, and the systems to measure on it.

    Attributes:
        name: of the data set.
        data_dir: folder that axml-prepare made.
        systems: the same names, in the same order, on every set.
    """

    name: str
    data_dir: str
    systems: list[SystemFiles]


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
        settings.split,
        names,
        against,
        _cell_table("P", reports, names, against),
        _cell_table("nDCG", reports, names, against),
        reports,
        settings.propensity_a,
        settings.propensity_b,
        settings.seed,
        settings.num_samples,
        __version__,
    )


def _cell_table(
    measure: str, reports: list[SetReport], names: list[str], against: str
) -> CellTable:
    cells = [(r, f"{measure}@{k}") for r in reports for k in KS]
    values = np.array(
        [[s.measures[name].value for s in r.systems] for r, name in cells]
    )
    found = comparison.compare_cells(values, names.index(against))
    return CellTable(
        [(report.name, name) for report, name in cells],
        values.tolist(),
        found.ranks.tolist(),
        found.average_ranks.tolist(),
        [None if np.isnan(p) else p for p in found.p_values.tolist()],
    )


def _set_report(files: SetFiles, against: str, settings: Settings) -> SetReport:
    truth = Truth.load(files.data_dir, settings.split)
    measured = []
    for system in files.systems:
        with _told_of(system.predictions):
            measured.append(
                measure(
                    TopK.load(system.predictions),
                    truth,
                    files.data_dir,
                    KS,
                    settings.propensity_a,
                    settings.propensity_b,
                )
            )
    occurrences = np.bincount(
        truth.labels.indices, minlength=truth.labels.shape[1]
    )
    groups = label_groups.label_groups(occurrences)
    names = [system.name for system in files.systems]
    reference = names.index(against)
    missing = _missing(files, measured, groups)
    compared = compare_documents(
        [measurement.values for measurement in measured],
        reference,
        settings.num_samples,
        settings.seed,
    )
    has_dev = any(system.dev_predictions for system in files.systems)
    dev_truth = Truth.load(files.data_dir, "dev") if has_dev else None
    systems = []
    for system, measurement, (measures, comparisons) in zip(
        files.systems, measured, compared, strict=True
    ):
        exact, performance = _group_performance(
            system, measurement, truth, groups
        )
        systems.append(
            SystemReport(
                system.name,
                system.predictions,
                measurement.predictions.made_by,
                measures,
                comparisons,
                _f1(files, system, measurement, truth, dev_truth),
                _precision_by_rank(measurement),
                by_frequency(
                    measurement.predictions.label_ids,
                    measurement.hits,
                    truth,
                    max(KS),
                ),
                performance,
                exact,
            )
        )
    return SetReport(
        files.name,
        set_statistics.table_1_row(truth.info),
        truth.info.fingerprint,
        len(truth.document_ids),
        int(np.sum(np.diff(truth.labels.indptr) == 0)),
        truth.labels.nnz,
        int(np.sum(truth.labels.indices >= truth.info.num_labels)),
        systems,
        [
            _overlap((names[i], names[j]), measured[i], measured[j])
            for i, j in itertools.combinations(range(len(names)), 2)
        ],
        list(_consensuses(names, measured, reference, truth, missing)),
        [
            GroupBounds(
                group.at_least,
                group.below,
                len(group.label_ids),
                100 * group.share,
            )
            for group in groups
        ],
        missing,
    )


def _missing(
    files: SetFiles,
    measured: list[Measurement],
    groups: list[label_groups.LabelGroup],
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
    for system, measurement in zip(files.systems, measured, strict=True):
        made_by = measurement.predictions.made_by
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


def _f1(
    files: SetFiles,
    system: SystemFiles,
    measurement: Measurement,
    truth: Truth,
    dev_truth: Truth | None,
) -> F1 | None:
    if system.dev_predictions is None:
        return None
    with _told_of(system.dev_predictions):
        dev = in_order(
            TopK.load(system.dev_predictions), dev_truth, files.data_dir, 1
        )
    on_dev = (dev, find_hits(dev.label_ids, dev_truth), dev_truth.labels)
    micro = thresholds.best_micro(*on_dev).score
    macro = thresholds.best_macro(*on_dev).score
    here = (measurement.predictions, measurement.hits, truth.labels)
    return F1(
        100 * thresholds.micro_f1(*here, micro),
        micro,
        100 * thresholds.macro_f1(*here, macro),
        macro,
    )


def _precision_by_rank(measurement: Measurement) -> list[float]:
    hits = measurement.hits[:, :_MAX_RANK]
    ranks = np.arange(1, hits.shape[1] + 1)
    return (100 * np.cumsum(hits.mean(axis=0)) / ranks).tolist()


def _group_performance(
    system: SystemFiles,
    measurement: Measurement,
    truth: Truth,
    groups: list[label_groups.LabelGroup],
) -> tuple[bool, list[GroupPerformance]]:
    if system.label_performance is None:
        performance = label_performance.from_top_k(
            measurement.predictions,
            measurement.hits,
            truth.labels,
            truth.info.fingerprint,
        )
    else:
        performance = label_performance.LabelPerformance.load(
            system.label_performance
        )
        _check_performance(system.label_performance, performance, truth)
    return performance.is_exact, [
        GroupPerformance(
            100 * label_groups.mean_of_group(performance.auc, group),
            100 * label_groups.mean_of_group(performance.aupr, group),
        )
        for group in groups
    ]


def _check_performance(
    path: str,
    performance: label_performance.LabelPerformance,
    truth: Truth,
) -> None:
    num_documents, num_labels = truth.labels.shape
    expected = (truth.info.fingerprint, num_documents, num_labels)
    found = (
        performance.fingerprint,
        performance.num_documents,
        len(performance.auc),
    )
    if found != expected:
        raise UserError(
            f"{path} is of another data set or split: expected fingerprint, "
            f"documents and labels {expected}, found {found}."
        )


def _overlap(
    names: tuple[str, str], first: Measurement, second: Measurement
) -> Overlap:
    shares = overlap_at_k(
        first.predictions.label_ids, second.predictions.label_ids
    )
    return Overlap(names, (100 * shares).tolist())


def _consensuses(
    names: list[str],
    measured: list[Measurement],
    reference: int,
    truth: Truth,
    missing: list[str],
) -> Iterator[ConsensusReport]:
    """The consensus of the reference with every other system.

    What cannot be made is added to `missing`.
    """
    for index, name in enumerate(names):
        pair = (measured[reference].predictions, measured[index].predictions)
        if index == reference or any(map(_is_combined, pair)):
            continue
        try:
            for predictions in pair:
                check_probabilities(predictions)
        except UserError as error:
            missing.append(f"Table 5, {names[reference]} with {name}: {error}")
            continue
        label_ids = combine(pair, "consensus", max(KS)).label_ids
        measures = ranking.ranking_measures(label_ids, truth.labels, KS)
        yield ConsensusReport(
            (names[reference], name),
            {key: 100 * figure for key, figure in measures.items()},
        )


def _is_combined(predictions: TopK) -> bool:
    made_by = predictions.made_by
    return made_by is not None and made_by.system in METHODS


@contextlib.contextmanager
def _told_of(path: str) -> Iterator[None]:
    """Puts a file's name before what is wrong with it."""
    try:
        yield
    except UserError as error:
        message = str(error)
        if path not in message:
            message = f"{path}: {message}"
        raise UserError(message) from error
