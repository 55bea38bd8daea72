"""Shows which words spoke for a label, and whether they matter.

    axml-inspect --model_dir=MODEL --data_dir=DATA \\
        --document_id=ID --output=FILE.html
    axml-inspect --saved_model=OUTPUT/axml \\
        --text="some text" --label=NAME --format=terminal
    axml-inspect --rest=http://localhost:8501 \\
        --text="some text" --format=json
    axml-inspect --model_dir=MODEL --data_dir=DATA \\
        --check=occlusion

The last hides words in many documents of a split: those attended to most, as
many at random, those attended to least (`inspection/occlusion.py`).
"""

import json
import os
import sys
from pathlib import Path

from axml_tf.console import errors, quiet_start  # noqa: F401  # isort: skip

import numpy as np
from absl import flags

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.inspection import occlusion
from axml_tf.inspection.explanation import Explanation
from axml_tf.inspection.model_source import ModelSource
from axml_tf.inspection.page import page
from axml_tf.inspection.served_sources import RestSource, SavedModelSource
from axml_tf.inspection.source import Source
from axml_tf.inspection.split_documents import (
    Document,
    find_document,
    sample_documents,
)
from axml_tf.inspection.terminal import printable, show
from axml_tf.prediction.saved_model import SavedModel
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.storage.files import atomic_file, check_writable

# Draws of random words: of a single text, and of each of many.
_DRAWS_OF_ONE, _DRAWS_OF_MANY = 20, 3


def main(argv: list[str]) -> None:
    """Flags to an explanation or a check, then to a file or the screen."""
    values = flags.FLAGS
    if values.output:
        check_writable(values.output)
    elif values.format == "html" and not _is_of_split():
        raise UserError("--output=FILE.html says where the page goes.")
    source = _source()
    if _is_of_split():
        print(_check_split(source))
        return
    document = _document()
    explanation = _explain(source, document)
    written = {
        "html": page,
        "json": lambda x: json.dumps(x.to_json(), ensure_ascii=False) + "\n",
        "terminal": lambda x: show(x, _has_color()) + "\n",
    }[values.format](explanation)
    if values.output:
        with atomic_file(values.output) as temporary:
            Path(temporary).write_text(written, encoding="utf-8")
        print(f"Written to {values.output}.")
    else:
        sys.stdout.write(written)
    if values.check:
        print(_check_text(source, explanation), file=sys.stderr)


def _source() -> Source:
    values = flags.FLAGS
    given = [
        name
        for name in ("model_dir", "saved_model", "rest")
        if values[name].value
    ]
    if len(given) != 1:
        raise UserError("Give one of --model_dir, --saved_model and --rest.")
    if values.saved_model:
        return SavedModelSource(SavedModel(values.saved_model))
    if values.rest:
        return RestSource(values.rest, values.model)
    data = PreparedData(values.data_dir) if values.data_dir else None
    return ModelSource.of_trained(TrainedModel(values.model_dir, data))


def _is_of_split() -> bool:
    """Whether many documents are to be checked, and none is to be shown."""
    values = flags.FLAGS
    return bool(values.check) and values.text is None and not values.document_id


def _document() -> Document:
    values = flags.FLAGS
    if (values.text is None) == (not values.document_id):
        raise UserError("Give either --text or --document_id.")
    if values.text is not None:
        return Document("", os.fsencode(values.text), ())
    return find_document(_data(), values.document_id, values.split)


def _data() -> PreparedData:
    if not flags.FLAGS.data_dir:
        raise UserError("--data_dir says where the documents are.")
    return PreparedData(flags.FLAGS.data_dir)


def _explain(source: Source, document: Document) -> Explanation:
    names = flags.FLAGS.label
    if not names:
        names = source.best_labels(document.text, flags.FLAGS.top_k)
        # True ones that the model has not found are worth a look too.
        names += [x for x in document.true_labels if x not in names]
    explanation = source.explain(document.text, names)
    return explanation.of_document(document.id, document.true_labels)


def _check_text(source: Source, explanation: Explanation) -> str:
    """A table of the labels of a text."""
    if not len(explanation.starts):
        return "There is no word to hide."
    drops = occlusion.occlude(
        source,
        explanation,
        num_words=flags.FLAGS.hidden_words,
        num_draws=_DRAWS_OF_ONE,
        rng=np.random.default_rng(flags.FLAGS.seed),
    )
    lines = [
        f"Fall of the probability, {flags.FLAGS.hidden_words} words hidden",
        "     of   most  random   least  label",
    ]
    for label, drop in zip(explanation.labels, drops, strict=True):
        lines.append(
            f"  {label.probability:5.3f}  {drop.most:5.3f}  {drop.random:6.3f}"
            f"  {drop.least:6.3f}  {printable(label.name)}"
        )
    return "\n".join(lines)


def _check_split(source: Source) -> str:
    """A table of the best label of many documents."""
    values = flags.FLAGS
    rng = np.random.default_rng(values.seed)
    drops, probabilities = [], []
    for document in sample_documents(
        _data(), values.split, values.max_documents, values.seed
    ):
        names = source.best_labels(document.text, 1)
        explanation = source.explain(document.text, names)
        drops += occlusion.occlude(
            source,
            explanation,
            num_words=values.hidden_words,
            num_draws=_DRAWS_OF_MANY,
            rng=rng,
        )
        probabilities.append(explanation.labels[0].probability)
    if not drops:
        raise UserError(f"The {values.split} split has no document with words.")
    lines = [
        f"{len(drops)} documents of {values.split}, the best label of each "
        f"(mean probability {np.mean(probabilities):.3f}), "
        f"{values.hidden_words} words hidden.",
        "Fall of its probability, mean and 95 % confidence interval:",
    ]
    for name, estimate in occlusion.summarize(drops).items():
        lines.append(
            f"  {name:14} {estimate.mean:7.4f} +- {estimate.half_width:.4f}"
        )
    return "\n".join(lines)


def _has_color() -> bool:
    # https://no-color.org
    is_screen = not flags.FLAGS.output and sys.stdout.isatty()
    return is_screen and not os.environ.get("NO_COLOR")


def run() -> None:
    """Runs this module as a command."""
    flags.DEFINE_string("model_dir", None, "Folder that axml-train filled.")
    flags.DEFINE_string(
        "saved_model", None, "Exported model: one version, or all of them."
    )
    flags.DEFINE_string("rest", None, "URL of a server's REST API.")
    flags.DEFINE_string("model", "axml", "Name of the model on the server.")
    flags.DEFINE_string("data_dir", None, "Folder that axml-prepare made.")
    flags.DEFINE_string("text", None, "The text to explain.")
    flags.DEFINE_string(
        "document_id", None, "Document of --data_dir to explain."
    )
    flags.DEFINE_string("split", "test", "Split of the documents.")
    flags.DEFINE_multi_string(
        "label", [], "Label to show; may be repeated. Default: the best ones."
    )
    flags.DEFINE_integer("top_k", 5, "Best labels to show.", lower_bound=1)
    flags.DEFINE_enum(
        "format", "html", ["html", "terminal", "json"], "What to write."
    )
    flags.DEFINE_string(
        "output", None, "File to write; default, but for html: the screen."
    )
    flags.DEFINE_enum(
        "check",
        None,
        ["occlusion"],
        "Also hide words, and tell how the probability falls; without a text "
        "or a document, in many documents of --split.",
    )
    flags.DEFINE_integer("hidden_words", 5, "Words to hide.", lower_bound=1)
    flags.DEFINE_integer(
        "max_documents", 300, "Documents of a split to check.", lower_bound=1
    )
    flags.DEFINE_integer("seed", 0, "Of all that is drawn at random.")
    errors.run(main)
