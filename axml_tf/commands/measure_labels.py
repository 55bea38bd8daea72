"""AUC and AUPR of every label, from all scores of a trained model.

    axml-measure-labels --model_dir=MODEL --data_dir=DATA \\
        --split=test --output=FILE.npz

A predictions file knows the best labels of a document only. For Table 6 of
the paper as it is meant, the report takes this file as well:
`--label_performance=NAME=FILE.npz`. While it works, the scores of all labels
stand on disk beside the output, 4 bytes for each label of each document.
"""

from pathlib import Path

from axml_tf.console import errors, quiet_start  # noqa: F401  # isort: skip

from absl import flags

from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.prediction.measure_labels import measure_labels
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.storage.files import check_writable


def main(argv: list[str]) -> None:
    """Flags to `measure_labels`, then to the file."""
    del argv
    values = flags.FLAGS
    check_writable(values.output)
    data = PreparedData(values.data_dir)
    found = measure_labels(
        TrainedModel(values.model_dir, data, jit_compile=True),
        data,
        values.split,
        batch_size=values.batch_size,
        work_dir=Path(values.output).parent,
    )
    found.save(values.output)
    print(f"{len(found.auc)} labels, written to {values.output}")


def run() -> None:
    """Runs this module as a command."""
    flags.DEFINE_string("model_dir", None, "Folder that axml-train filled.")
    flags.DEFINE_string("data_dir", None, "Folder that axml-prepare made.")
    flags.DEFINE_string("split", "test", "Split to predict.")
    flags.DEFINE_integer("batch_size", 40, "Documents per step.", lower_bound=1)
    flags.DEFINE_string("output", None, "File to write, .npz.")
    flags.mark_flags_as_required(["model_dir", "data_dir", "output"])
    errors.run(main)
