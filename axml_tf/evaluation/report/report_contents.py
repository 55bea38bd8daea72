"""What stands in a report: figures and names, nothing of how they look.

Measures are in percent, times in seconds, memory in bytes.
"""

import dataclasses

from axml_tf.evaluation.document_comparison import (
    DocumentComparison,
    Interval,
)
from axml_tf.evaluation.frequency import FrequencyGroup
from axml_tf.formats.predictions import Provenance

# Ranks that a report measures at.
KS = (1, 3, 5)


@dataclasses.dataclass(frozen=True)
class F1:
    """F1 at thresholds picked on the dev split.

    Attributes:
        micro: in percent.
        micro_threshold: least score at which a label is assigned.
        macro: in percent.
        macro_threshold: the same, picked for macro-F1.
    """

    micro: float
    micro_threshold: float
    macro: float
    macro_threshold: float


@dataclasses.dataclass(frozen=True)
class GroupPerformance:
    """Mean AUC and AUPR, in percent, over the labels of a group."""

    auc: float
    aupr: float


@dataclasses.dataclass(frozen=True)
class SystemReport:
    """One system on one data set.

    Attributes:
        name: of the system.
        file: its predictions.
        made_by: where they come from; None if the file does not say.
        measures: by name, `P@1` and so on.
        comparisons: by measure, with the report's `against`; empty for that
            system itself.
        f1: None without predictions of the dev split.
        precision_by_rank: P@1, P@2, ... in percent.
        by_frequency: of the five best labels.
        groups: one for each of the set's label groups.
        groups_are_exact: whether AUC and AUPR come from all scores.
    """

    name: str
    file: str
    made_by: Provenance | None
    measures: dict[str, Interval]
    comparisons: dict[str, DocumentComparison]
    f1: F1 | None
    precision_by_rank: list[float]
    by_frequency: list[FrequencyGroup]
    groups: list[GroupPerformance]
    groups_are_exact: bool


@dataclasses.dataclass(frozen=True)
class Overlap:
    """Two systems, and what share of their top 1, 2, ... is common."""

    systems: tuple[str, str]
    shares: list[float]


@dataclasses.dataclass(frozen=True)
class ConsensusReport:
    """Two systems, and the measures of their consensus, in percent."""

    systems: tuple[str, str]
    measures: dict[str, float]


@dataclasses.dataclass(frozen=True)
class GroupBounds:
    """A group of labels by how often they occur in the measured split.

    Attributes:
        at_least: fewest occurrences of a label.
        below: labels of more occurrences belong to the next group; None for
            the most frequent group.
        num_labels: labels of the group.
        share: percent of all occurrences.
    """

    at_least: int
    below: int | None
    num_labels: int
    share: float


@dataclasses.dataclass(frozen=True)
class SetReport:
    """All systems on one data set.

    Attributes:
        name: of the data set.
        table_1: its row of Table 1, by column.
        fingerprint: of the data set.
        num_documents: that were measured.
        num_documents_without_labels: of these.
        num_true_labels: labels of all documents together.
        num_unseen_labels: of these, never seen in training.
        systems: in the order they were given.
        overlaps: of every pair of systems.
        consensuses: of `against` with every other system.
        groups: most frequent labels first.
        missing: what could not be made, and why; whole sentences.
    """

    name: str
    table_1: dict[str, int | float | None]
    fingerprint: str
    num_documents: int
    num_documents_without_labels: int
    num_true_labels: int
    num_unseen_labels: int
    systems: list[SystemReport]
    overlaps: list[Overlap]
    consensuses: list[ConsensusReport]
    groups: list[GroupBounds]
    missing: list[str]


@dataclasses.dataclass(frozen=True)
class CellTable:
    """Table 2 or 3: a measure at several ranks on all sets.

    Attributes:
        cells: set and measure of every row.
        values: of every row, a figure for each system, in percent.
        ranks: the same places in their row, 1 is best.
        average_ranks: of each system.
        p_values: of each system against the one compared with; None for
            that one.
    """

    cells: list[tuple[str, str]]
    values: list[list[float]]
    ranks: list[list[float]]
    average_ranks: list[float]
    p_values: list[float | None]


@dataclasses.dataclass(frozen=True)
class Report:
    """Systems on data sets.

    Attributes:
        split: that was measured.
        systems: names, in the order they were given.
        against: name of the system the others are compared with.
        precision: Table 2.
        ndcg: Table 3.
        sets: every data set.
        propensity_a: parameter A of PSP@k.
        propensity_b: parameter B of PSP@k.
        seed: of the resampled documents.
        num_samples: resamples that the intervals rest on.
        axml_tf_version: that made the report.
    """

    split: str
    systems: list[str]
    against: str
    precision: CellTable
    ndcg: CellTable
    sets: list[SetReport]
    propensity_a: float
    propensity_b: float
    seed: int
    num_samples: int
    axml_tf_version: str
