"""What every command here shares: rounds, medians, the table and the file.

The file holds `figures` (name to median), `details` (the settings, and every
round of every figure), `versions` and `machine`.
"""

import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from absl import flags

from axml_tf.console import machine
from axml_tf.console.origin import origin
from axml_tf.storage.files import atomic_file, check_writable
from benchmarks.workers import Worker

# Seconds that the machine rests before a call: threads of the call before it
# keep looking for work for a while, on cores that the next one needs.
_REST = 0.5
# Wide enough for all cores to be busy, and done in less than a second.
_MATMUL_WIDTH = 3072

_Value = TypeVar("_Value")


def define_flags(repeats: int = 5) -> None:
    """Defines --output and --repeats."""
    flags.DEFINE_string("output", None, "JSON file to write.")
    flags.DEFINE_integer(
        "repeats", repeats, "Rounds, of which medians are taken.", lower_bound=1
    )


def rounds(
    calls: Mapping[str, Callable[[], _Value]], *, warm_up: bool = True
) -> dict[str, list[_Value]]:
    """Makes all calls in turn, --repeats times.

    Args:
        calls: by name.
        warm_up: whether a round that does not count goes first.

    Returns:
        What each call returned, by name, a value a round.
    """
    results: dict[str, list[_Value]] = {name: [] for name in calls}
    for number in range(flags.FLAGS.repeats + warm_up):
        for name, call in calls.items():
            time.sleep(_REST)
            value = call()
            if number >= warm_up:
                results[name].append(value)
    return results


def matmul_gflops(*workers: Worker) -> float:
    """The machine's rate of float32 products now: that of the best worker."""
    rates = [
        worker.measure("matmul", width=_MATMUL_WIDTH) for worker in workers
    ]
    return max(rates) / 1e9


class Report:
    """Figures of one command; `finish` prints and writes them."""

    def __init__(self) -> None:
        if flags.FLAGS.output:
            check_writable(flags.FLAGS.output)
        # Peers' are added.
        self.versions = origin()
        self._series: dict[str, list[float]] = {}

    def add(
        self, name: str, values: Sequence[float], peer: Sequence[float] = ()
    ) -> None:
        """Adds a figure, a value a round; `peer_NAME` is the peer's."""
        self._series[name] = list(values)
        if peer:
            self._series[f"peer_{name}"] = list(peer)

    def compare(
        self,
        name: str,
        ours: Sequence[float],
        peer: Sequence[float],
        *,
        ratio: str,
    ) -> None:
        """Adds a figure of both sides and, as `ratio`, ours / peer."""
        self.add(name, ours, peer)
        pairs = zip(ours, peer, strict=True)
        self.add(ratio, [our / their for our, their in pairs])

    def figures(self) -> dict[str, float]:
        """Median of every figure."""
        return {
            name: statistics.median(values)
            for name, values in self._series.items()
        }

    def table(self) -> str:
        """A line a figure: its median, least and most; the peer's median."""
        figures = self.figures()
        rows: list[tuple[str, ...]] = [
            ("figure", "median", "least", "most", "peer")
        ]
        for name, values in self._series.items():
            if name.removeprefix("peer_") != name:
                continue
            numbers = [figures[name], min(values), max(values)]
            if f"peer_{name}" in figures:
                numbers.append(figures[f"peer_{name}"])
            cells = [f"{number:,.3f}" for number in numbers]
            rows.append((name, *cells, *[""] * (4 - len(cells))))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(
                [row[0].ljust(widths[0])]
                + [c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)]
            ).rstrip()
            for row in rows
        )

    def finish(self, **details: object) -> None:
        """Prints the table and writes the file that --output names."""
        print(self.table())
        if not flags.FLAGS.output:
            return
        report = {
            "figures": self.figures(),
            "details": {**details, "rounds": self._series},
            "versions": self.versions,
            "machine": machine.facts(),
        }
        with atomic_file(flags.FLAGS.output) as temporary:
            text = json.dumps(report, indent=2) + "\n"
            temporary.write_text(text, encoding="utf-8")
