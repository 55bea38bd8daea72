"""What the input pipeline costs: alone, and beside the training step.

    python -m benchmarks.input_pipeline --output=FILE.json

Documents are random and fill all tokens. A round reads an epoch of records
alone, trains an epoch, and makes as many steps on one batch that stays in
memory: what an epoch's start costs is in it. Figures:

    records_per_second  of the pipeline alone
    input_share         1 - seconds on the cached batch / with the pipeline;
                        noise can make it negative
"""

import tempfile

from absl import flags

from axml_tf.console import errors
from benchmarks.report import Report, define_flags, matmul_gflops, rounds
from benchmarks.sizes import SIZES
from benchmarks.workers import Worker


def main(argv: list[str]) -> None:
    """Measures one size."""
    report = Report()
    size = SIZES[flags.FLAGS.size]
    num_steps = flags.FLAGS.steps
    with (
        tempfile.TemporaryDirectory() as folder,
        Worker("benchmarks.pipeline_worker") as worker,
    ):
        worker("make", size=vars(size))
        worker("write", folder=folder, num_batches=num_steps)
        times = rounds(
            {
                "read": lambda: worker.measure("read_epoch"),
                "train": lambda: worker.measure("train_epoch"),
                "cached": lambda: worker.measure("train_cached"),
                "matmul": lambda: matmul_gflops(worker),
            }
        )
        report.versions |= worker("versions")
    num_documents = size.batch * num_steps
    report.add("records_per_second", [num_documents / s for s in times["read"]])
    for name in ("train", "cached"):
        seconds = [s / num_steps for s in times[name]]
        report.add(f"{name}_step_seconds", seconds)
    pairs = zip(times["cached"], times["train"], strict=True)
    report.add("input_share", [1 - cached / train for cached, train in pairs])
    report.add("machine_matmul_gflops", times["matmul"])
    report.finish(seed=0, steps=num_steps, size=vars(size))


def run() -> None:
    """Runs this module as a command."""
    define_flags()
    flags.DEFINE_enum("size", "quickstart", list(SIZES), "See sizes.py.")
    flags.DEFINE_integer("steps", 100, "Steps of an epoch.", lower_bound=1)
    errors.run(main)


if __name__ == "__main__":
    run()
