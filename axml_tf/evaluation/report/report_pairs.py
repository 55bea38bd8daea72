"""Systems taken two at a time: what they share, and their consensus."""

import itertools

from axml_tf.console.errors import UserError
from axml_tf.evaluation import ranking
from axml_tf.evaluation.combination import METHODS, check_probabilities, combine
from axml_tf.evaluation.measurement import Measurement
from axml_tf.evaluation.overlap import overlap_at_k
from axml_tf.evaluation.report.report_contents import (
    KS,
    ConsensusReport,
    Overlap,
)
from axml_tf.formats.predictions import TopK


def overlaps(measured: dict[str, Measurement]) -> list[Overlap]:
    """Table 4: what every two systems have in common.

    Args:
        measured: the systems by name, all on one split.
    """
    return [
        Overlap(
            (one, other),
            (
                100
                * overlap_at_k(
                    measured[one].predictions.label_ids,
                    measured[other].predictions.label_ids,
                )
            ).tolist(),
        )
        for one, other in itertools.combinations(measured, 2)
    ]


def consensuses(
    measured: dict[str, Measurement], reference: str
) -> tuple[list[ConsensusReport], list[str]]:
    """Table 5: the consensus of one system with every other.

    A file that is itself a combination has none.

    Args:
        measured: the systems by name, all on one split.
        reference: name of the one.

    Returns:
        The consensuses, and what could not be made, and why.
    """
    made, missing = [], []
    for name, measurement in measured.items():
        pair = (measured[reference].predictions, measurement.predictions)
        if name == reference or any(map(_is_combined, pair)):
            continue
        try:
            for predictions in pair:
                check_probabilities(predictions)
        except UserError as error:
            missing.append(f"Table 5, {reference} with {name}: {error}")
            continue
        measures = ranking.ranking_measures(
            combine(pair, "consensus", max(KS)).label_ids,
            measurement.truth.labels,
            KS,
        )
        made.append(
            ConsensusReport(
                (reference, name),
                {key: 100 * figure for key, figure in measures.items()},
            )
        )
    return made, missing


def _is_combined(predictions: TopK) -> bool:
    made_by = predictions.made_by
    return made_by is not None and made_by.system in METHODS
