"""Predicts the best labels of every document of a prepared split.

    axml-predict --model_dir=MODEL --data_dir=DATA \\
        --split=test --top_k=100 --output=FILE.npz
"""

from absl import flags

from axml_tf.console import errors, quiet_start  # noqa: F401
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.prediction.top_k import predict_split
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.storage.files import check_writable


def main(argv: list[str]) -> None:
    """Flags to `predict_split`, then to the file."""
    values = flags.FLAGS
    check_writable(values.output)
    data = PreparedData(values.data_dir)
    top_k = predict_split(
        TrainedModel(values.model_dir, data, jit_compile=True),
        data,
        values.split,
        top_k=values.top_k,
        batch_size=values.batch_size,
    )
    top_k.save(values.output)
    print(f"{len(top_k.document_ids)} documents, written to {values.output}")


def run() -> None:
    """Entry point of axml-predict."""
    flags.DEFINE_string("model_dir", None, "Folder that axml-train filled.")
    flags.DEFINE_string("data_dir", None, "Folder that axml-prepare made.")
    flags.DEFINE_string("split", "test", "Split to predict.")
    flags.DEFINE_integer("top_k", 100, "Labels per document.", lower_bound=1)
    flags.DEFINE_integer("batch_size", 40, "Documents per step.", lower_bound=1)
    flags.DEFINE_string("output", None, "Predictions file to write, .npz.")
    flags.mark_flags_as_required(["model_dir", "data_dir", "output"])
    errors.run(main)
