"""Documents of real lengths: our buckets and the peer's random batches.

    python -m benchmarks.lengths --data_dir=DATA --output=FILE.json

Lengths are those of the training documents in DATA, cut at 500 words. Without
DATA they are log-normal, of median 525 and sigma 0.35: much like EURLEX57K's,
56 % of which are cut, 447 words being left on average.

Ours: the project's own pipeline makes an epoch of batches; every shape among
them is timed once a round, on a full batch of lengths typical of it, and
counts as often as the epoch has it. The peer: batches of the shuffled
documents, each padded to its longest as LibMultiLabel does; another batch
every round. Figures, for the medium size:

    lengths_ratio       ours / peer, documents a second
    padding_share       computed tokens that are padding; peer_padding_share
    num_shapes          of our batches
"""

import collections
import functools
import tempfile
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from axml_tf.console import quiet_start  # noqa: F401  # isort: skip

import numpy as np
import tensorflow as tf
from absl import flags

from axml_tf.console import errors
from axml_tf.dataset import input_pipeline
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.shards import read_split
from axml_tf.formats import schema
from benchmarks import peers_env
from benchmarks.prepared import training_batching, write_random_documents
from benchmarks.report import Report, define_flags, matmul_gflops, rounds
from benchmarks.sizes import SIZES, Size
from benchmarks.workers import Worker

_SEED = 0


class Batch(NamedTuple):
    """Rows and tokens that are computed, and the documents' lengths."""

    rows: int
    tokens: int
    lengths: tuple[int, ...]


def main(argv: list[str]) -> None:
    """Measures every shape of ours, and some batches of the peer's."""
    python = peers_env.python()
    report = Report()
    size = SIZES["medium"]
    lengths = _read_lengths(size) or _random_lengths(size)
    our_batches = bucketed_batches(lengths, size)
    peer_batches = shuffled_batches(lengths, size.batch)
    counts = collections.Counter(batch[:2] for batch in our_batches)
    # One batch a round, all different; the last of the epoch is not full.
    peer_lengths = (b.lengths for b in peer_batches if b.rows == size.batch)
    with (
        Worker("benchmarks.ours") as ours,
        Worker("benchmarks.peer", python) as peer,
    ):
        for worker in (ours, peer):
            worker("make", size=vars(size))
        calls: dict[str, Callable[[], float]] = {
            _name(shape): functools.partial(
                _step, ours, typical_lengths(shape, our_batches)
            )
            for shape in counts
        }
        calls["peer"] = lambda: _step(peer, next(peer_lengths))
        calls["matmul"] = lambda: matmul_gflops(ours, peer)
        times = rounds(calls)
        report.versions |= ours("versions") | peer("versions")
    report.compare(
        "docs_per_second",
        [
            len(lengths)
            / sum(n * times[_name(shape)][i] for shape, n in counts.items())
            for i in range(flags.FLAGS.repeats)
        ],
        [size.batch / seconds for seconds in times["peer"]],
        ratio="lengths_ratio",
    )
    report.add(
        "padding_share",
        [padding_share(our_batches)],
        peer=[padding_share(peer_batches)],
    )
    report.add("num_shapes", [len(counts)])
    report.add("machine_matmul_gflops", times["matmul"])
    report.finish(
        seed=_SEED,
        size=vars(size),
        lengths="training documents" if flags.FLAGS.data_dir else "log-normal",
        num_documents=len(lengths),
        batches={_name(shape): n for shape, n in sorted(counts.items())},
        step_seconds=times,
    )


def padding_share(batches: Iterable[Batch]) -> float:
    """Share of the computed tokens that no document has."""
    real = computed = 0
    for batch in batches:
        real += sum(batch.lengths)
        computed += batch.rows * batch.tokens
    return 1 - real / computed


def bucketed_batches(lengths: list[int], size: Size) -> list[Batch]:
    """An epoch of batches of documents so long, as training makes them."""
    with tempfile.TemporaryDirectory() as folder:
        data = write_random_documents(folder, lengths, size)
        batches = []
        for batch in input_pipeline.training_batches(
            data, training_batching(size), epoch=0
        ):
            token_ids = batch["token_ids"].numpy()
            words = (token_ids != schema.PAD_ID).sum(axis=1)
            real = words[batch["weight"].numpy() > 0]
            rows, tokens = token_ids.shape
            batches.append(Batch(rows, tokens, tuple(real.tolist())))
    return batches


def shuffled_batches(lengths: list[int], batch_size: int) -> list[Batch]:
    """An epoch of batches in random order, padded to their longest."""
    shuffled = np.random.default_rng(_SEED).permutation(lengths).tolist()
    parts = [
        tuple(shuffled[i : i + batch_size])
        for i in range(0, len(shuffled), batch_size)
    ]
    return [Batch(len(part), max(part), part) for part in parts]


def typical_lengths(
    shape: tuple[int, int], batches: Iterable[Batch]
) -> list[int]:
    """Lengths that fill one batch of a shape as those of the shape do."""
    rows, tokens = shape
    lengths = [n for b in batches if b[:2] == shape for n in b.lengths]
    shares = np.linspace(0, 1, rows)
    typical = np.quantile(lengths, shares, method="nearest").tolist()
    # What is timed must have the shape's tokens.
    return [*typical[:-1], tokens]


def _read_lengths(size: Size) -> list[int]:
    """Lengths of the training documents in --data_dir, if it is given."""
    data_dir = flags.FLAGS.data_dir
    if not data_dir:
        return []
    lengths = read_split(PreparedData(data_dir), "train").map(
        lambda record: tf.size(schema.parse(record)["token_ids"]),
        num_parallel_calls=tf.data.AUTOTUNE,
    )
    return [min(int(n), size.tokens) for n in lengths.as_numpy_iterator()]


def _random_lengths(size: Size) -> list[int]:
    rng = np.random.default_rng(_SEED)
    count = flags.FLAGS.num_documents
    lengths = rng.lognormal(np.log(525), 0.35, count)
    return np.clip(lengths, 1, size.tokens).astype(int).tolist()


def _step(worker: Worker, lengths: Sequence[int]) -> float:
    worker("set_batch", batch=len(lengths), lengths=lengths)
    return worker.measure("step")


def _name(shape: tuple[int, int]) -> str:
    return "x".join(map(str, shape))


def run() -> None:
    """Runs this module as a command."""
    define_flags()
    peers_env.define_flag()
    flags.DEFINE_string("data_dir", None, "Folder of prepared data.")
    flags.DEFINE_integer(
        "num_documents", 20_000, "Documents where --data_dir is not given."
    )
    errors.run(main)


if __name__ == "__main__":
    run()
