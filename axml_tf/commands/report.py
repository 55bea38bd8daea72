"""All tables and figures of the paper, from predictions files, in one page.

    axml-report --data_dir=DIR \\
        --predictions=NAME=FILE.npz --predictions=OTHER=FILE.npz \\
        --output=report.html

The ending of --output says what is written: .html (one file that needs
nothing else), .md, or .json (unrounded). Of several data sets, each has a
name, and says which files are of it:

    --data_dir=EUR-Lex=DIR --data_dir=Wiki10-31K=DIR \\
    --predictions=EUR-Lex:NAME=FILE.npz \\
    --predictions=Wiki10-31K:NAME=FILE.npz
"""

from collections.abc import Callable
from pathlib import Path

from absl import flags

from axml_tf.console import errors
from axml_tf.console.errors import UserError
from axml_tf.evaluation import propensity
from axml_tf.evaluation.report import (
    report_build,
    report_html,
    report_json,
    report_markdown,
    report_page,
)
from axml_tf.evaluation.report.report_contents import Report
from axml_tf.evaluation.report.report_files import read_sets
from axml_tf.storage.files import atomic_file, check_writable

FLAGS = flags.FLAGS

_RENDERERS: dict[str, Callable[[Report], str]] = {
    ".html": lambda r: report_html.render(report_page.lay_out(r)),
    ".md": lambda r: report_markdown.render(report_page.lay_out(r)),
    ".json": report_json.render,
}


def main(argv: list[str]) -> None:
    """Writes the report that the flags ask for."""
    del argv
    output = Path(FLAGS.output)
    render = _RENDERERS.get(output.suffix)
    if render is None:
        raise UserError(
            f"--output={output} must end in one of {', '.join(_RENDERERS)}: "
            "the ending says what is written."
        )
    sets = read_sets(
        FLAGS.data_dir,
        FLAGS.predictions,
        FLAGS.dev_predictions,
        FLAGS.label_performance,
    )
    names = [system.name for system in sets[0].systems]
    against = names[0] if FLAGS.against is None else FLAGS.against
    if against not in names:
        raise UserError(
            f"--against={against} is no system; there are {', '.join(names)}."
        )
    check_writable(output)
    report = report_build.build(
        sets,
        against,
        report_build.Settings(
            split=FLAGS.split,
            propensity_a=FLAGS.propensity_a,
            propensity_b=FLAGS.propensity_b,
            seed=FLAGS.seed,
            num_samples=FLAGS.num_samples,
        ),
    )
    text = render(report)
    with atomic_file(output) as temporary:
        temporary.write_text(text, encoding="utf-8")
    for one in report.sets:
        for line in one.missing:
            print(f"not made: {line}")
    print(f"Written to {output}")


def run() -> None:
    """Command line entry."""
    _define_flags()
    errors.run(main)


def _define_flags() -> None:
    # Not at import: other mains have flags of the same names.
    flags.DEFINE_multi_string(
        "data_dir",
        None,
        "SET=DIR, a data set's name and the folder that axml-prepare made; "
        "of a single data set, DIR alone.",
    )
    flags.DEFINE_multi_string(
        "predictions",
        None,
        "NAME=FILE.npz, a system and its predictions; of several data sets, "
        "SET:NAME=FILE.npz.",
    )
    flags.DEFINE_multi_string(
        "dev_predictions",
        [],
        "The same of the dev split, which the thresholds of F1 are picked on.",
    )
    flags.DEFINE_multi_string(
        "label_performance",
        [],
        "The same with AUC and AUPR from all scores, in place of the top k; "
        "axml-measure-labels makes such a file.",
    )
    flags.DEFINE_string(
        "against",
        None,
        "Name of the system that the others are compared with; by default "
        "the first.",
    )
    flags.DEFINE_string("output", None, "File to write: .html, .md or .json.")
    flags.DEFINE_string("split", "test", "Split that was predicted.")
    flags.DEFINE_float(
        "propensity_a", propensity.DEFAULT_A, "Parameter A of PSP@k."
    )
    flags.DEFINE_float(
        "propensity_b", propensity.DEFAULT_B, "Parameter B of PSP@k."
    )
    flags.DEFINE_integer(
        "seed", 0, "Of the resampled documents.", lower_bound=0
    )
    flags.DEFINE_integer(
        "num_samples",
        1000,
        "Resamples of the documents, which confidence intervals rest on.",
        lower_bound=100,
    )
    flags.mark_flags_as_required(["data_dir", "predictions", "output"])
    flags.register_validator(
        "propensity_a", lambda a: 0 <= a < float("inf"), "must be >= 0"
    )
    flags.register_validator(
        "propensity_b", lambda b: 0 < b < float("inf"), "must be > 0"
    )
