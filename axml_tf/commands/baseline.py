"""Trains a sparse system on a prepared data set and predicts a split.

    axml-baseline --system=parabel --data_dir=DATA \\
        --split=test --top_k=100 --output=FILE.npz

Reads the features that axml-features has made, or that came with the data.
With --model_dir the model is kept, and used the next time.
"""

from pathlib import Path

from absl import flags

from axml_tf.baselines.predict_split import SYSTEMS, predict_split
from axml_tf.console import errors
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.storage.files import check_writable


def main(argv: list[str]) -> None:
    """Flags to `predict_split`, then to the file."""
    values = flags.FLAGS
    check_writable(values.output)
    top_k = predict_split(
        values.system,
        PreparedData(values.data_dir),
        values.split,
        top_k=values.top_k,
        work_dir=Path(values.output).parent,
        model_dir=values.model_dir,
        num_threads=values.num_threads,
    )
    top_k.save(values.output)
    print(f"{len(top_k.document_ids)} documents, written to {values.output}")


def run() -> None:
    """Entry point of axml-baseline."""
    flags.DEFINE_enum("system", None, list(SYSTEMS), "What to train.")
    flags.DEFINE_string(
        "data_dir", None, "Folder that axml-prepare made, with features."
    )
    flags.DEFINE_string("split", "test", "Split to predict.")
    flags.DEFINE_integer("top_k", 100, "Labels per document.", lower_bound=1)
    flags.DEFINE_string("output", None, "Predictions file to write, .npz.")
    flags.DEFINE_string(
        "model_dir",
        None,
        "Folder to keep the model in, or to take it from; default: not kept.",
    )
    flags.DEFINE_integer(
        "num_threads",
        None,
        "That share the work; default: as many as there are cores.",
        lower_bound=1,
    )
    flags.mark_flags_as_required(["system", "data_dir", "output"])
    errors.run(main)
