"""Measures predictions against the true labels of a split.

    python -m axml_tf.evaluation.evaluate --predictions=FILE.npz \\
        --data_dir=DIR --split=test
    python -m axml_tf.evaluation.evaluate --predictions A.npz B.npz C.npz \\
        --combine=sum --data_dir=DIR --split=test

The second measures an ensemble: the mean of what several models say.

Prints a Markdown table in percent and writes the same figures as JSON.
Memory grows with the predictions file, never with documents x labels.
"""

import itertools
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from absl import flags

from axml_tf import __version__, errors
from axml_tf.dataset import dataset_info
from axml_tf.errors import UserError
from axml_tf.evaluation import (
    alignment,
    predictions_flag,
    propensity,
    ranking,
    truth,
)
from axml_tf.evaluation.combination import METHODS, combine
from axml_tf.predictions import TopK
from axml_tf.storage.files import atomic_file

FLAGS = flags.FLAGS

_CHUNK = 4096  # Documents measured at once.


def evaluate(
    predictions: TopK,
    data_dir: str | os.PathLike,
    split: str,
    ks: Sequence[int] = (1, 3, 5),
    propensity_a: float = propensity.DEFAULT_A,
    propensity_b: float = propensity.DEFAULT_B,
) -> dict:
    """Measures predictions of a split: P@k, nDCG@k, PSP@k and PSnDCG@k.

    Definitions and conventions stand in `ranking.py` and `propensity.py`.

    Args:
        predictions: one row for every document of the split, in any order.
        data_dir: prepared data set.
        split: train, dev or test.
        ks: ranks to measure at.
        propensity_a: parameter A of the label propensities.
        propensity_b: parameter B of the label propensities.

    Returns:
        Report that goes into JSON; `report["measures"]` has the figures in
        percent by name (`P@1`, ...).

    Raises:
        UserError: predictions and data do not fit each other.
    """
    info = dataset_info.DatasetInfo.load(data_dir)
    info.split(split)  # An unknown split is told first.
    alignment.check_depth(predictions, max(ks), info.num_labels)
    alignment.check_predictions(predictions, info.num_labels)
    rows = alignment.match_documents(predictions, data_dir, split)
    if not rows.size:
        raise UserError(f"The split {split} has no document to measure.")
    weights = propensity.inverse_propensities(
        truth.label_counts(data_dir, info),
        info.split("train").num_documents,
        propensity_a,
        propensity_b,
    )
    sums, tally = _measure(
        predictions, rows, data_dir, split, info.num_labels, ks, weights
    )
    return {
        "split": split,
        "num_documents": len(rows),
        "num_documents_without_labels": tally["no_label"],
        "num_true_labels": tally["true"],
        "num_unseen_labels": tally["unseen"],
        "ks": list(ks),
        "measures": {
            name: 100 * ranking.corpus_value(*pair)
            for name, pair in sums.items()
        },
        "propensity_a": propensity_a,
        "propensity_b": propensity_b,
        "dataset_fingerprint": info.fingerprint,
        "axml_tf_version": __version__,
    }


def to_markdown(report: dict) -> str:
    """The figures of a report as a table, one measure a line."""
    ks, measures = report["ks"], report["measures"]
    heads = [f"{report['split']}, {report['num_documents']:,} documents, %"]
    lines = [heads + [f"@{k}" for k in ks], ["---"] + ["---:"] * len(ks)]
    for measure in ("P", "nDCG", "PSP", "PSnDCG"):
        figures = [f"{measures[f'{measure}@{k}']:.2f}" for k in ks]
        lines.append([measure, *figures])
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    notes = []
    if report["num_unseen_labels"]:
        notes.append(
            f"{report['num_unseen_labels']:,} of "
            f"{report['num_true_labels']:,} true labels were never seen in "
            "training and count as misses."
        )
    if report["num_documents_without_labels"]:
        notes.append(
            f"{report['num_documents_without_labels']:,} documents have no "
            "true label and count as 0."
        )
    return "\n\n".join([table, *notes])


def main(argv: list[str]) -> None:
    """Evaluates what the flags name."""
    paths = predictions_flag.paths(argv)
    if len(paths) > 1 and not FLAGS.combine:
        raise UserError(
            f"{len(paths)} predictions files ({', '.join(paths)}) are "
            "measured together: --combine says how; --combine=sum takes "
            "their mean."
        )
    output = Path(FLAGS.output or _beside(paths[0], FLAGS.combine))
    if output.resolve() in [Path(path).resolve() for path in paths]:
        raise UserError(f"--output={output} is the predictions file itself.")
    report = evaluate(
        _load(paths, FLAGS.combine),
        FLAGS.data_dir,
        FLAGS.split,
        propensity_a=FLAGS.propensity_a,
        propensity_b=FLAGS.propensity_b,
    )
    report |= {"predictions": paths, "combine": FLAGS.combine}
    with atomic_file(output) as temporary:
        text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
        temporary.write_text(text, encoding="utf-8")
    print(to_markdown(report))
    print(f"\nWritten to {output}")


main.takes_arguments = True


def run() -> None:
    """Command line entry."""
    _define_flags()
    errors.run(main)


def _define_flags() -> None:
    # Not at import: other mains have flags of the same names.
    predictions_flag.define()
    flags.DEFINE_enum(
        "combine",
        None,
        METHODS,
        "How to make one of several files: sum, the mean of an ensemble; "
        "consensus, eq. 9.",
    )
    flags.DEFINE_string("data_dir", None, "Folder made by axml-prepare.")
    flags.DEFINE_string("split", "test", "Split that was predicted.")
    flags.DEFINE_string(
        "output",
        None,
        "JSON file; default: FILE.json beside the first FILE.npz, "
        "FILE.sum.json with --combine=sum.",
    )
    flags.DEFINE_float(
        "propensity_a", propensity.DEFAULT_A, "Parameter A of PSP@k."
    )
    flags.DEFINE_float(
        "propensity_b", propensity.DEFAULT_B, "Parameter B of PSP@k."
    )
    flags.mark_flag_as_required("data_dir")
    flags.register_validator(
        "propensity_a", lambda a: 0 <= a < float("inf"), "must be >= 0"
    )
    flags.register_validator(
        "propensity_b", lambda b: 0 < b < float("inf"), "must be > 0"
    )


def _load(paths: list[str], method: str | None) -> TopK:
    systems = [TopK.load(path) for path in paths]
    if not method:
        return systems[0]
    depth = max(system.label_ids.shape[1] for system in systems)
    return combine(systems, method, depth)


def _beside(path: str, method: str | None) -> Path:
    # The first file's own report may stand there already.
    return Path(path).with_suffix(f".{method}.json" if method else ".json")


def _measure(
    predictions: TopK,
    rows: np.ndarray,
    data_dir: str | os.PathLike,
    split: str,
    num_seen: int,
    ks: Sequence[int],
    weights: np.ndarray,
) -> tuple[dict[str, np.ndarray], Counter]:
    """Sums of value and best of every measure; counts of what was met."""
    sums, tally = {}, Counter()
    for start, true_labels in _chunks(data_dir, split):
        chunk_rows = rows[start : start + len(true_labels)]
        matrix = truth.true_matrix(true_labels, len(weights), data_dir, split)
        values = ranking.document_values(
            predictions.label_ids[chunk_rows], matrix, ks, weights
        )
        for name, value in values.items():
            sums[name] = sums.get(name, 0.0) + np.sum(value, axis=1)
        tally["no_label"] += int(np.sum(np.diff(matrix.indptr) == 0))
        tally["true"] += matrix.nnz
        tally["unseen"] += int(np.sum(matrix.indices >= num_seen))
    return sums, tally


def _chunks(
    data_dir: str | os.PathLike, split: str
) -> Iterator[tuple[int, list[list[int]]]]:
    documents = dataset_info.read_true_labels(data_dir, split)
    for start in itertools.count(step=_CHUNK):
        chunk = list(itertools.islice(documents, _CHUNK))
        if not chunk:
            return
        yield start, [labels for _, labels in chunk]


if __name__ == "__main__":
    run()
