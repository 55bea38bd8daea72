"""Measures predictions against the true labels of a split.

    axml-evaluate --predictions=FILE.npz \\
        --data_dir=DIR --split=test
    axml-evaluate --predictions A.npz B.npz C.npz \\
        --combine=sum --data_dir=DIR --split=test

The second measures an ensemble: the mean of what several models say.

Prints a Markdown table in percent and writes the same figures as JSON.
Memory grows with the predictions file, never with documents x labels.
"""

import json
from pathlib import Path

from absl import flags

from axml_tf.commands import predictions_flag
from axml_tf.console import errors
from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation import propensity
from axml_tf.evaluation.combination import METHODS, combine
from axml_tf.evaluation.evaluate import evaluate, to_markdown
from axml_tf.formats.predictions import TopK
from axml_tf.storage.files import atomic_file

FLAGS = flags.FLAGS


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
        PreparedData(FLAGS.data_dir),
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


def run() -> None:
    """Command line entry."""
    _define_flags()
    errors.run(main, takes_arguments=True)


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
