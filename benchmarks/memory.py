"""Peak memory of a training step, beyond what no program could do without.

    python -m benchmarks.memory --output=FILE.json

Beyond: the largest resident set after one step, less that of the idle
process, the parameters and the optimizer's slots. Each measurement has a
process of its own. Figures:

    wiki10_memory_ratio  ours / peer
    beyond_mb_4k ...     ours, as labels grow and all else stays
    memory_growth        ours with 64k labels / with 4k
"""

import dataclasses
import functools
import sys

from axml_tf.console import errors
from benchmarks import peers_env
from benchmarks.report import Report, define_flags, matmul_gflops, rounds
from benchmarks.sizes import SIZES, Size
from benchmarks.workers import Worker

_GROWTH = {
    f"{4 * 2**i}k": dataclasses.replace(SIZES["medium"], num_labels=4096 * 2**i)
    for i in range(5)
}


def main(argv: list[str]) -> None:
    """Measures both sides, then ours with more and more labels."""
    python = peers_env.python()
    report = Report()
    rates = []

    def beyond_mb(module: str, interpreter: str, size: Size) -> float:
        with Worker(module, interpreter) as worker:
            idle = worker.measure("peak_rss")
            needed = worker("make", size=vars(size))
            worker("step")
            peak = worker.measure("peak_rss")
            rates.append(matmul_gflops(worker))
            report.versions |= worker("versions")
        return (peak - idle - needed["parameters"] - needed["slots"]) / 1e6

    ours = functools.partial(beyond_mb, "benchmarks.ours", sys.executable)
    peer = functools.partial(beyond_mb, "benchmarks.peer", python)
    calls = {
        "ours": functools.partial(ours, SIZES["wiki10"]),
        "peer": functools.partial(peer, SIZES["wiki10"]),
    }
    for name, size in _GROWTH.items():
        calls[name] = functools.partial(ours, size)
    results = rounds(calls, warm_up=False)
    report.compare(
        "wiki10_beyond_mb",
        results["ours"],
        results["peer"],
        ratio="wiki10_memory_ratio",
    )
    for name in _GROWTH:
        report.add(f"beyond_mb_{name}", results[name])
    pairs = zip(results["64k"], results["4k"], strict=True)
    report.add("memory_growth", [most / least for most, least in pairs])
    report.add("machine_matmul_gflops", rates)
    sizes = {"wiki10": SIZES["wiki10"], **_GROWTH}
    report.finish(seed=0, sizes={name: vars(s) for name, s in sizes.items()})


def run() -> None:
    """Runs this module as a command."""
    # A peak hardly varies.
    define_flags(repeats=3)
    peers_env.define_flag()
    errors.run(main)


if __name__ == "__main__":
    run()
