"""Several systems' predictions made one: eq. 9, or the mean of an ensemble."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from axml_tf.console.errors import UserError
from axml_tf.console.version import __version__
from axml_tf.dataset.dataset_info import LABELS_FILE
from axml_tf.evaluation import alignment
from axml_tf.evaluation.document_chunks import document_chunks
from axml_tf.formats.predictions import Provenance, TopK

_Cost = TypeVar("_Cost")


class _Method(NamedTuple):
    """Evidence of one score, and the score of `n` systems' evidence."""

    evidence: Callable[[np.ndarray], np.ndarray]
    score: Callable[[np.ndarray, int], np.ndarray]


def _surprise(probabilities: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return -np.log1p(-probabilities)


_METHODS = {
    # The product as a sum of logarithms: small probabilities keep their
    # digits.
    "consensus": _Method(_surprise, lambda total, n: -np.expm1(-total)),
    "sum": _Method(lambda scores: scores, lambda total, n: total / n),
}

METHODS = tuple(_METHODS)


def combine(systems: Sequence[TopK], method: str, top_k: int) -> TopK:
    """Combines the scores of every label over the systems.

    `consensus` is eq. 9, `P = 1 - (1 - P_0) (1 - P_1) ...`: the probability
    that at least one system is right, if they were right independently of
    each other. `sum` is `P = (P_0 + P_1 + ...) / n`, as ensembles of one
    model are combined: the sum, divided so that it stays a probability.

    A label that a file does not list has there the probability 0.

    Args:
        systems: one or more, over the same documents in any order; scores
            are probabilities.
        method: one of `METHODS`.
        top_k: labels kept per document; fewer where fewer are listed.

    Returns:
        Predictions in the order of the first system's documents, ranked by
        float64 totals. Ties have the lower label id first.

    Raises:
        UserError: the systems are not over the same documents and labels, or
            scores are no probabilities, or a file is unsound.
    """
    rows = []
    for number, system in enumerate(systems, 1):
        try:
            _check(system)
            rows.append(_rows_in_order_of(systems[0], system))
        except UserError as error:
            raise UserError(f"Predictions {number}: {error}") from error
    _check_same_labels(systems)
    num_documents = len(systems[0].document_ids)
    depth = sum(system.label_ids.shape[1] for system in systems)
    label_ids = np.full((num_documents, min(top_k, depth)), -1, np.int32)
    scores = np.zeros(label_ids.shape, np.float32)
    for part in document_chunks(num_documents):
        pairs = [
            (system.label_ids[order[part]], system.scores[order[part]])
            for system, order in zip(systems, rows, strict=True)
        ]
        label_ids[part], scores[part] = _combine(
            np.concatenate([labels for labels, _ in pairs], axis=1),
            np.concatenate([values for _, values in pairs], axis=1),
            _METHODS[method],
            num_systems=len(systems),
            top_k=label_ids.shape[1],
        )
    return TopK(
        systems[0].document_ids,
        label_ids,
        scores,
        _provenance(systems, method),
    )


def check_probabilities(predictions: TopK) -> None:
    """Checks that every score of a label is a number from 0 to 1.

    Raises:
        UserError: one is not; the message names a document.
    """
    scores = predictions.scores
    outside = (predictions.label_ids >= 0) & ~((scores >= 0) & (scores <= 1))
    rows = np.flatnonzero(outside.any(axis=1))
    if rows.size:
        row = rows[0]
        raise UserError(
            "To combine systems needs probabilities from 0 to 1; document "
            f"{str(predictions.document_ids[row])!r} has the score "
            f"{scores[row][outside[row]][0]:g}. Make the file with a system "
            "that gives probabilities."
        )


def _check(system: TopK) -> None:
    if not len(system.document_ids):
        raise UserError("There is no document in the file.")
    # Ids are checked against themselves: the data set is not known here.
    num_labels = 1 + int(system.label_ids.max(initial=0))
    alignment.check_predictions(system, num_labels)
    check_probabilities(system)


def _check_same_labels(systems: Sequence[TopK]) -> None:
    labels = _labels(systems)
    known = [index for index, digest in enumerate(labels) if digest]
    for index in known:
        if labels[index] != labels[known[0]]:
            raise UserError(
                "All files must be over the same labels; those of predictions "
                f"{known[0] + 1} and {index + 1} differ ({LABELS_FILE} "
                f"{labels[known[0]]} and {labels[index]}): prepare the data "
                "once for all systems."
            )


def _labels(systems: Sequence[TopK]) -> list[str]:
    """Hash of labels.txt of each system's data; "" where it is not known."""
    return [
        made_by.settings.get(LABELS_FILE, "") for made_by in _made_by(systems)
    ]


def _made_by(systems: Sequence[TopK]) -> list[Provenance]:
    return [system.made_by or Provenance("unknown") for system in systems]


def _rows_in_order_of(first: TopK, other: TopK) -> np.ndarray:
    order = np.argsort(other.document_ids, kind="stable")
    names = other.document_ids[order]
    _check_unique(names)
    _check_unique(np.sort(first.document_ids))
    if len(names) != len(first.document_ids):
        raise UserError(
            "All files must be over the same documents; one has "
            f"{len(first.document_ids)}, another {len(names)}."
        )
    places = np.searchsorted(names, first.document_ids)
    places = np.minimum(places, len(names) - 1)
    missing = np.flatnonzero(names[places] != first.document_ids)
    if missing.size:
        raise UserError(
            "All files must be over the same documents; "
            f"{str(first.document_ids[missing[0]])!r} stands in one and not "
            "in another: predict the same split."
        )
    return order[places]


def _check_unique(sorted_names: np.ndarray) -> None:
    repeated = np.flatnonzero(sorted_names[1:] == sorted_names[:-1])
    if repeated.size:
        raise UserError(
            f"Document {str(sorted_names[repeated[0]])!r} is predicted twice "
            "in one file: every document may be predicted once only."
        )


def _combine(
    label_ids: np.ndarray,
    scores: np.ndarray,
    method: _Method,
    *,
    num_systems: int,
    top_k: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Labels and combined scores of documents, best first.

    Args:
        label_ids: `(documents, n)` int, of all systems; -1 fills.
        scores: `(documents, n)`.
        method: how to combine.
        num_systems: how many they are.
        top_k: columns of the result, at most n.

    Returns:
        `(documents, top_k)` int32 and float32.
    """
    # A filler's score may be anything.
    scores = np.where(label_ids >= 0, scores, 0).astype(np.float64)
    order = np.argsort(label_ids, axis=1, kind="stable")
    labels = np.take_along_axis(label_ids, order, axis=1)
    evidence = np.take_along_axis(method.evidence(scores), order, axis=1)
    starts = np.ones(labels.shape, bool)
    starts[:, 1:] = labels[:, 1:] != labels[:, :-1]
    # A row's first place starts a run, so that no run spans two rows.
    totals = np.zeros(labels.shape)
    totals[starts] = np.add.reduceat(evidence.ravel(), np.flatnonzero(starts))
    kept = starts & (labels >= 0)
    # Labels ascend in a row, so that a stable sort has ties by label id.
    best = np.argsort(np.where(kept, -totals, np.inf), axis=1, kind="stable")
    best = best[:, :top_k]
    kept = np.take_along_axis(kept, best, axis=1)
    labels = np.take_along_axis(labels, best, axis=1)
    totals = np.take_along_axis(totals, best, axis=1)
    return (
        np.where(kept, labels, -1).astype(np.int32),
        np.where(kept, method.score(totals, num_systems), 0).astype(np.float32),
    )


def _provenance(systems: Sequence[TopK], method: str) -> Provenance:
    """What the systems cost together; None where one does not say."""
    known = _made_by(systems)
    settings = {"of": ", ".join(made_by.system for made_by in known)}
    labels = set(_labels(systems))
    if all(labels):
        settings |= {LABELS_FILE: labels.pop()}
    peaks = _all_known([made_by.peak_memory for made_by in known])
    return Provenance(
        system=method,
        train_seconds=_sum([m.train_seconds for m in known]),
        predict_seconds=_sum([m.predict_seconds for m in known]),
        train_cpu_seconds=_sum([m.train_cpu_seconds for m in known]),
        predict_cpu_seconds=_sum([m.predict_cpu_seconds for m in known]),
        peak_memory=max(peaks, default=None),
        machine="; ".join(sorted({m.machine for m in known if m.machine})),
        versions={"axml_tf": __version__},
        settings=settings,
    )


def _sum(seconds: list[float | None]) -> float | None:
    known = _all_known(seconds)
    return sum(known) if known else None


def _all_known(costs: list[_Cost | None]) -> list[_Cost]:
    """The costs; an empty list where one of them is not known."""
    known = [cost for cost in costs if cost is not None]
    return known if len(known) == len(costs) else []
