"""From text to the five best labels over gRPC, beside a PyTorch pipeline.

    python -m benchmarks.serving --input_dir=RAW --output=FILE.json

A model of EURLEX57K's size and random weights: 4,271 labels, texts of up to
500 words. Ours: the embedded server in a process of its own, asked on
loopback. The peer: NLTK, LibMultiLabel's network and topk, in process. Texts
are the first test documents of RAW, or generated ones of log-normal lengths
without it. Figures:

    p50_ms, p90_ms, p99_ms  of single requests, one after another
    p50_ratio            ours / peer
    per_second_N         requests a second of N clients; batched_per_second_N
                         with --batching
    batching_gain        with / without, 16 clients
    first_request_ratio  first request after the start / median of the same
                         text's next ten
"""

import itertools
import statistics
import tempfile
import threading
import time
from pathlib import Path

from axml_tf.console import quiet_start  # noqa: F401  # isort: skip

import numpy as np
from absl import flags

from axml_tf.console import errors
from axml_tf.data_prep.readers.lines import LinesReader
from axml_tf.export.client import Client
from axml_tf.formats import signatures
from benchmarks import peers_env
from benchmarks.exported import export_random_model
from benchmarks.report import Report, define_flags, matmul_gflops, rounds
from benchmarks.server import Server
from benchmarks.sizes import Size
from benchmarks.workers import Worker

_SIZE = Size(1, 500, 300, 256, 4_271, (256,))
_CLIENTS = (1, 4, 16)
# The clients together ask each text so often: the last batch is not full.
_TIMES = 3
_NEXT = 10


def main(argv: list[str]) -> None:
    """Measures latency, throughput and the first request."""
    python = peers_env.python()
    report = Report()
    texts = _texts(flags.FLAGS.texts)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "texts.txt"
        path.write_bytes(b"".join(text + b"\n" for text in texts))
        base_path = export_random_model(folder, _SIZE, texts)
        with (
            Worker("benchmarks.serving_peer", python) as peer,
            Server(f"--model_base_path={base_path}") as plain,
            Server(f"--model_base_path={base_path}", "--batching") as batching,
        ):
            peer("make", size=vars(_SIZE))
            peer("read", path=str(path))
            # Each gives the figures of a round, one or several.
            times = rounds(
                {
                    "ours": lambda: _latencies(plain, texts),
                    "peer": lambda: [
                        peer.measure("answer", index=i, top_k=5)
                        for i in range(len(texts))
                    ],
                    "plain": lambda: _throughputs(plain, texts),
                    "batching": lambda: _throughputs(batching, texts),
                    "first": lambda: [_first_ratio(base_path, texts)],
                    "matmul": lambda: [matmul_gflops(peer)],
                }
            )
            report.versions |= peer("versions")
    for share in (50, 90, 99):
        ours, theirs = (
            [1e3 * float(np.percentile(x, share)) for x in times[side]]
            for side in ("ours", "peer")
        )
        report.add(f"p{share}_ms", ours, theirs)
        if share == 50:
            pairs = zip(ours, theirs, strict=True)
            report.add("p50_ratio", [a / b for a, b in pairs])
    for i, clients in enumerate(_CLIENTS):
        for side, prefix in (("plain", ""), ("batching", "batched_")):
            report.add(
                f"{prefix}per_second_{clients}", [x[i] for x in times[side]]
            )
    report.add(
        "batching_gain",
        [
            batched[-1] / alone[-1]
            for batched, alone in zip(
                times["batching"], times["plain"], strict=True
            )
        ],
    )
    report.add("first_request_ratio", [x for (x,) in times["first"]])
    report.add("machine_matmul_gflops", [x for (x,) in times["matmul"]])
    report.finish(seed=0, size=vars(_SIZE), texts=len(texts))


def _latencies(server: Server, texts: list[bytes]) -> list[float]:
    with Client(grpc=server.grpc, timeout=60) as client:
        return [_seconds(client, text) for text in texts]


def _seconds(client: Client, text: bytes) -> float:
    start = time.perf_counter()
    client.call(signatures.SERVE, text=[text])
    return time.perf_counter() - start


def _throughputs(server: Server, texts: list[bytes]) -> list[float]:
    """Requests a second, for each number of clients."""
    return [_throughput(server, texts, clients) for clients in _CLIENTS]


def _throughput(server: Server, texts: list[bytes], num_clients: int) -> float:
    asked = texts * _TIMES
    lock, waiting = threading.Lock(), iter(asked)

    def ask() -> None:
        with Client(grpc=server.grpc, timeout=60) as client:
            while True:
                with lock:
                    text = next(waiting, None)
                if text is None:
                    return
                client.call(signatures.SERVE, text=[text])

    threads = [threading.Thread(target=ask) for _ in range(num_clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(asked) / (time.perf_counter() - start)


def _first_ratio(base_path: Path, texts: list[bytes]) -> float:
    longest = max(texts, key=len)
    with (
        Server(f"--model_base_path={base_path}") as server,
        Client(grpc=server.grpc, timeout=60) as client,
    ):
        first, *others = (_seconds(client, longest) for _ in range(1 + _NEXT))
    return first / statistics.median(others)


def _texts(count: int) -> list[bytes]:
    if flags.FLAGS.input_dir:
        documents = LinesReader(flags.FLAGS.input_dir).read("test")
        return [x.text for x in itertools.islice(documents, count)]
    rng = np.random.default_rng(0)
    lengths = rng.lognormal(np.log(525), 0.35, count).astype(int)
    return [
        " ".join(f"word{i}" for i in rng.integers(0, 9_999, n)).encode()
        for n in lengths
    ]


def run() -> None:
    """Runs this module as a command."""
    define_flags()
    peers_env.define_flag()
    flags.DEFINE_string("input_dir", None, "Folder of raw files, format lines.")
    flags.DEFINE_integer("texts", 48, "Texts to ask about.", lower_bound=16)
    errors.run(main)


if __name__ == "__main__":
    run()
