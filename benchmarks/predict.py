"""From token ids to the five best labels: ours and the peer, medium size.

    python -m benchmarks.predict --output=FILE.json

`predict_ratio` is ours / peer in documents a second. Both sides give labels
and probabilities: the peer is its forward pass, topk and sigmoid.
"""

from axml_tf.console import errors
from benchmarks import peers_env
from benchmarks.report import Report, define_flags, matmul_gflops, rounds
from benchmarks.sizes import SIZES
from benchmarks.workers import Worker

_TOP_K = 5


def main(argv: list[str]) -> None:
    """Measures both sides in turn."""
    python = peers_env.python()
    report = Report()
    size = SIZES["medium"]
    with (
        Worker("benchmarks.ours") as ours,
        Worker("benchmarks.peer", python) as peer,
    ):
        for worker in (ours, peer):
            worker("make", size=vars(size))
        times = rounds(
            {
                "ours": lambda: ours.measure("predict", top_k=_TOP_K),
                "peer": lambda: peer.measure("predict", top_k=_TOP_K),
                "matmul": lambda: matmul_gflops(ours, peer),
            }
        )
        report.versions |= ours("versions") | peer("versions")
    report.compare(
        "docs_per_second",
        [size.batch / seconds for seconds in times["ours"]],
        [size.batch / seconds for seconds in times["peer"]],
        ratio="predict_ratio",
    )
    report.add("machine_matmul_gflops", times["matmul"])
    report.finish(seed=0, top_k=_TOP_K, size=vars(size))


def run() -> None:
    """Runs this module as a command."""
    define_flags()
    peers_env.define_flag()
    errors.run(main)


if __name__ == "__main__":
    run()
