"""Forward, backward and update: ours and the peer, of the same shapes.

    python -m benchmarks.training_step --output=FILE.json

Both sides have the same random ids and labels, in float32, every document as
long as the batch. Figures of a size, documents a second each:

    SIZE_ratio               ours / peer
    SIZE_matmul_share        needed work (sizes.py) over time, as a share of
                             the machine's matmul rate in the same round
    SIZE_first_step_seconds  ours, from the start of the process to the end
                             of its first step
"""

import dataclasses
import time
from typing import NamedTuple

from absl import flags

from axml_tf.console import errors
from benchmarks import peers_env
from benchmarks.report import Report, define_flags, matmul_gflops, rounds
from benchmarks.sizes import SIZES, Size
from benchmarks.workers import Worker, WorkerError


class Sizes(NamedTuple):
    """What both sides are given: what fits their memory may differ."""

    ours: Size
    peer: Size


def main(argv: list[str]) -> None:
    """Measures one size after another; one that fails is skipped."""
    python = peers_env.python()
    report = Report()
    details: dict[str, dict[str, object]] = {}
    for name in flags.FLAGS.sizes:
        sizes = _sizes(name)
        details[name] = {
            side: vars(size) for side, size in sizes._asdict().items()
        }
        try:
            _measure(name, sizes, python, report)
        except WorkerError as error:
            print(f"{name} is skipped: {error}")
            details[name]["error"] = str(error)
    report.finish(seed=0, sizes=details)


def _sizes(name: str) -> Sizes:
    size = SIZES[name]
    if name == "large":
        size = dataclasses.replace(size, batch=flags.FLAGS.large_batch)
    if name == "wiki10":
        batch = flags.FLAGS.wiki10_peer_batch
        return Sizes(size, dataclasses.replace(size, batch=batch))
    return Sizes(size, size)


def _measure(name: str, sizes: Sizes, python: str, report: Report) -> None:
    start = time.perf_counter()
    with Worker("benchmarks.ours") as ours:
        ours("make", size=vars(sizes.ours))
        ours("step")
        first_step = time.perf_counter() - start
        with Worker("benchmarks.peer", python) as peer:
            peer("make", size=vars(sizes.peer))
            times = rounds(
                {
                    "ours": lambda: ours.measure("step"),
                    "peer": lambda: peer.measure("step"),
                    "matmul": lambda: matmul_gflops(ours, peer),
                }
            )
            report.versions |= ours("versions") | peer("versions")
    report.compare(
        f"{name}_docs_per_second",
        [sizes.ours.batch / seconds for seconds in times["ours"]],
        [sizes.peer.batch / seconds for seconds in times["peer"]],
        ratio=f"{name}_ratio",
    )
    report.add(
        f"{name}_matmul_share",
        _shares(sizes.ours, times["ours"], times["matmul"]),
        peer=_shares(sizes.peer, times["peer"], times["matmul"]),
    )
    report.add(f"{name}_first_step_seconds", [first_step])
    report.add(f"{name}_machine_matmul_gflops", times["matmul"])


def _shares(
    size: Size, seconds: list[float], gflops: list[float]
) -> list[float]:
    """Shares of the machine's rate that needed work was done at."""
    work = size.training_flops() / 1e9
    return [work / s / g for s, g in zip(seconds, gflops, strict=True)]


def run() -> None:
    """Runs this module as a command."""
    define_flags()
    peers_env.define_flag()
    flags.DEFINE_list("sizes", list(SIZES), "What to measure, see sizes.py.")
    flags.register_validator(
        "sizes",
        lambda names: set(names) <= set(SIZES),
        f"must be among {', '.join(SIZES)}.",
    )
    flags.DEFINE_integer(
        "wiki10_peer_batch", 40, "Documents of the peer's wiki10 batch."
    )
    flags.DEFINE_integer(
        "large_batch",
        40,
        "Documents of a large batch; the peer takes 0.4 GB for each.",
    )
    errors.run(main)


if __name__ == "__main__":
    run()
