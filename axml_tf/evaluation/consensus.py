"""The consensus of two or more predictions files: eq. 9 and Table 5.

    python -m axml_tf.evaluation.consensus --predictions=A.npz \\
        --predictions=B.npz --output=consensus.npz

Writes a predictions file, which is measured like any other.
"""

from collections.abc import Sequence

import numpy as np
from absl import flags

from axml_tf import __version__, errors
from axml_tf.errors import UserError
from axml_tf.evaluation import alignment
from axml_tf.files import check_writable
from axml_tf.predictions import Provenance, TopK

FLAGS = flags.FLAGS

_CHUNK = 4096  # Documents combined at once.


def consensus(systems: Sequence[TopK], top_k: int) -> TopK:
    """Combines systems by eq. 9: `P = 1 - (1 - P_0) (1 - P_1) ...`.

    It is the probability that at least one system is right, if they were
    right independently of each other. A label that a file does not list has
    there the probability 0 and leaves the others as they are.

    Args:
        systems: two or more, over the same documents in any order; scores
            are probabilities.
        top_k: labels kept per document; fewer where fewer are listed.

    Returns:
        Predictions in the order of the first system's documents. Ties have
        the lower label id first.

    Raises:
        UserError: the systems are not over the same documents, or scores
            are no probabilities, or a file is unsound.
    """
    for number, system in enumerate(systems, 1):
        try:
            _check(system)
        except UserError as error:
            raise UserError(f"Predictions {number}: {error}") from error
    rows = [_rows_in_order_of(systems[0], system) for system in systems]
    num_documents = len(systems[0].document_ids)
    depth = sum(system.label_ids.shape[1] for system in systems)
    label_ids = np.full((num_documents, min(top_k, depth)), -1, np.int32)
    scores = np.zeros(label_ids.shape, np.float32)
    for start in range(0, num_documents, _CHUNK):
        part = slice(start, start + _CHUNK)
        pairs = [
            (system.label_ids[order[part]], system.scores[order[part]])
            for system, order in zip(systems, rows, strict=True)
        ]
        label_ids[part], scores[part] = _combine(
            np.concatenate([labels for labels, _ in pairs], axis=1),
            np.concatenate([values for _, values in pairs], axis=1),
            label_ids.shape[1],
        )
    return TopK(
        systems[0].document_ids, label_ids, scores, _provenance(systems)
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
            "The consensus needs probabilities from 0 to 1; document "
            f"{str(predictions.document_ids[row])!r} has the score "
            f"{scores[row][outside[row]][0]:g}. Make the file with a system "
            "that gives probabilities."
        )


def main(argv: list[str]) -> None:
    """Combines the files that the flags name."""
    del argv
    if len(FLAGS.predictions) < 2:
        raise UserError(
            "A consensus needs two or more files: give --predictions=FILE "
            "for each."
        )
    check_writable(FLAGS.output)
    systems = [TopK.load(path) for path in FLAGS.predictions]
    combined = consensus(systems, FLAGS.top_k)
    combined.save(FLAGS.output)
    print(f"{len(combined.document_ids)} documents, written to {FLAGS.output}")


def run() -> None:
    """Command line entry."""
    _define_flags()
    errors.run(main)


def _define_flags() -> None:
    # Not at import: other mains have flags of the same names.
    flags.DEFINE_multi_string(
        "predictions", None, "Predictions file (.npz); give two or more."
    )
    flags.DEFINE_integer("top_k", 100, "Labels per document.", lower_bound=1)
    flags.DEFINE_string("output", None, "Predictions file to write, .npz.")
    flags.mark_flags_as_required(["predictions", "output"])


def _check(system: TopK) -> None:
    if not len(system.document_ids):
        raise UserError("There is no document in the file.")
    # Ids are checked against themselves: the data set is not known here.
    num_labels = 1 + int(system.label_ids.max(initial=0))
    alignment.check_predictions(system, num_labels)
    check_probabilities(system)


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
    label_ids: np.ndarray, scores: np.ndarray, top_k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Labels and combined scores of documents, best first.

    Args:
        label_ids: `(documents, n)` int, of all systems; -1 fills.
        scores: `(documents, n)`.
        top_k: columns of the result, at most n.

    Returns:
        `(documents, top_k)` int32 and float32.
    """
    # 1 - product(1 - p), as a sum of logarithms: small probabilities keep
    # their digits, and equal labels are added up by place.
    with np.errstate(divide="ignore"):
        evidence = -np.log1p(-scores.astype(np.float64))
    order = np.argsort(label_ids, axis=1, kind="stable")
    labels = np.take_along_axis(label_ids, order, axis=1)
    evidence = np.take_along_axis(evidence, order, axis=1)
    starts = np.ones(labels.shape, bool)
    starts[:, 1:] = labels[:, 1:] != labels[:, :-1]
    # A row's first place starts a run, so that no run spans two rows.
    sums = np.zeros(labels.shape)
    sums[starts] = np.add.reduceat(evidence.ravel(), np.flatnonzero(starts))
    kept = starts & (labels >= 0)
    # Labels ascend in a row, so that a stable sort has ties by label id.
    best = np.argsort(np.where(kept, -sums, np.inf), axis=1, kind="stable")
    best = best[:, :top_k]
    kept = np.take_along_axis(kept, best, axis=1)
    labels = np.take_along_axis(labels, best, axis=1)
    sums = np.take_along_axis(sums, best, axis=1)
    return (
        np.where(kept, labels, -1).astype(np.int32),
        np.where(kept, -np.expm1(-sums), 0).astype(np.float32),
    )


def _provenance(systems: Sequence[TopK]) -> Provenance:
    """What the systems cost together; None where one does not say."""
    known = [s.made_by or Provenance("unknown") for s in systems]
    peaks = [made_by.peak_memory for made_by in known]
    return Provenance(
        "consensus",
        _sum([made_by.train_seconds for made_by in known]),
        _sum([made_by.predict_seconds for made_by in known]),
        _sum([made_by.train_cpu_seconds for made_by in known]),
        _sum([made_by.predict_cpu_seconds for made_by in known]),
        None if None in peaks else max(peaks),
        "; ".join(sorted({m.machine for m in known if m.machine})),
        {"axml_tf": __version__},
        {"of": ", ".join(made_by.system for made_by in known)},
    )


def _sum(seconds: list[float | None]) -> float | None:
    return None if None in seconds else sum(seconds)


if __name__ == "__main__":
    run()
