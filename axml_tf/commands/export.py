"""Exports a trained model for TF Serving.

    axml-export --model_dir=MODEL --output_dir=OUTPUT/axml

Makes OUTPUT/axml/1, or the next number. A server that watches OUTPUT/axml
takes it up by itself, and never sees it half-written.
"""

from axml_tf.console import errors, quiet_start  # noqa: F401  # isort: skip

import tensorflow as tf
from absl import flags

from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.export.export_model import export_model
from axml_tf.runs.trained_model import TrainedModel


def main(argv: list[str]) -> None:
    """Exports the model that the flags describe."""
    del argv
    # Where Keras sees a GPU it writes an LSTM that runs on nothing else.
    tf.config.set_visible_devices([], "GPU")
    values = flags.FLAGS
    data = PreparedData(values.data_dir) if values.data_dir else None
    path = export_model(
        TrainedModel(values.model_dir, data),
        values.output_dir,
        version=values.version,
        top_k=values.top_k,
        max_top_k=values.max_top_k,
        evaluation=values.evaluation,
        data_licence=values.data_licence,
    )
    print(f"Exported to {path}.")


def run() -> None:
    """Entry point of axml-export."""
    _define_flags()
    errors.run(main)


def _define_flags() -> None:
    flags.DEFINE_string("model_dir", None, "Folder of the trained model.")
    flags.DEFINE_string(
        "data_dir",
        None,
        "Data it was trained on; needed only for a model of an earlier "
        "version, which does not keep vocabulary and labels itself.",
    )
    flags.DEFINE_string("output_dir", None, "Folder of all exported versions.")
    flags.DEFINE_integer(
        "version", None, "Number to export as; default: the next one."
    )
    flags.DEFINE_integer("top_k", 5, "Labels in an answer, at most all.")
    flags.DEFINE_integer(
        "max_top_k",
        100,
        "Most labels that a request may ask for (signature top_k).",
    )
    flags.DEFINE_string(
        "evaluation", None, "Report of axml-evaluate, for the model card."
    )
    flags.DEFINE_string(
        "data_licence", "", "Licence of the training data, for the model card."
    )
    flags.mark_flags_as_required(["model_dir", "output_dir"])
