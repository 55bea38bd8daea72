"""One system on one data set: its measurement as a part of the report."""

import numpy as np

from axml_tf.console.errors import UserError
from axml_tf.evaluation import label_groups, label_performance, thresholds
from axml_tf.evaluation.document_comparison import ComparedSystem
from axml_tf.evaluation.frequency import by_frequency
from axml_tf.evaluation.label_groups import LabelGroup
from axml_tf.evaluation.label_performance import LabelPerformance
from axml_tf.evaluation.measurement import Measurement, find_hits, in_order
from axml_tf.evaluation.report.report_contents import (
    F1,
    KS,
    GroupPerformance,
    SystemReport,
)
from axml_tf.evaluation.report.report_files import SystemFiles, told_of
from axml_tf.evaluation.truth import Truth
from axml_tf.formats.predictions import TopK

_MAX_RANK = 20  # Last rank of the curve of precision.


def system_report(
    files: SystemFiles,
    measurement: Measurement,
    compared: ComparedSystem,
    groups: list[LabelGroup],
    *,
    dev_truth: Truth | None,
) -> SystemReport:
    """What a report says of one system on one data set.

    Args:
        files: of the system.
        measurement: of its predictions.
        compared: its measures, and how they differ from another system's.
        groups: labels of the measured split.
        dev_truth: the dev split; needed where there are predictions of it.

    Raises:
        UserError: the predictions of the dev split or the label performance
            are unsound or not of this data set; the message names the file.
    """
    performance = _performance(files.label_performance, measurement)
    f1 = None
    if files.dev_predictions is not None and dev_truth is not None:
        f1 = _f1(files.dev_predictions, dev_truth, measurement)
    return SystemReport(
        name=files.name,
        file=files.predictions,
        made_by=measurement.predictions.made_by,
        measures=compared.measures,
        comparisons=compared.comparisons,
        f1=f1,
        precision_by_rank=_precision_by_rank(measurement),
        by_frequency=by_frequency(
            measurement.predictions.label_ids,
            measurement.hits,
            measurement.truth,
            max(KS),
        ),
        groups=[
            GroupPerformance(
                100 * label_groups.mean_of_group(performance.auc, group),
                100 * label_groups.mean_of_group(performance.aupr, group),
            )
            for group in groups
        ],
        groups_are_exact=performance.is_exact,
    )


def _f1(path: str, dev_truth: Truth, measurement: Measurement) -> F1:
    with told_of(path):
        dev = in_order(TopK.load(path), dev_truth, 1)
    on_dev = (dev, find_hits(dev, dev_truth), dev_truth.labels)
    micro = thresholds.best_micro(*on_dev).score
    macro = thresholds.best_macro(*on_dev).score
    here = (
        measurement.predictions,
        measurement.hits,
        measurement.truth.labels,
    )
    return F1(
        micro=100 * thresholds.micro_f1(*here, micro),
        micro_threshold=micro,
        macro=100 * thresholds.macro_f1(*here, macro),
        macro_threshold=macro,
    )


def _precision_by_rank(measurement: Measurement) -> list[float]:
    hits = measurement.hits[:, :_MAX_RANK]
    ranks = np.arange(1, hits.shape[1] + 1)
    return (100 * np.cumsum(hits.mean(axis=0)) / ranks).tolist()


def _performance(
    path: str | None, measurement: Measurement
) -> LabelPerformance:
    """AUC and AUPR from a file, or else from the top k."""
    truth = measurement.truth
    fingerprint = truth.data.info.fingerprint
    if path is None:
        return label_performance.from_top_k(
            measurement.predictions,
            measurement.hits,
            truth.labels,
            fingerprint,
        )
    performance = LabelPerformance.load(path)
    expected = (fingerprint, *truth.labels.shape)
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
    return performance
