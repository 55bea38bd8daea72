"""Data preparation: documents a second and core, and memory as they grow.

    python -m benchmarks.data_prep --input_dir=RAW --output=FILE.json

Both sides run as whole processes, start-up included, on the same training
documents of RAW, or of a generated corpus without it. The peer counts words
with NLTK (nltk_counter.py); ours counts, makes the vocabulary, and writes
the records. A second and core is one of processor time. Figures:

    data_prep_ratio  ours / peer, documents a second and core
    memory_ratio     our peak memory at 4N documents / at N, of generated
                     text: its vocabulary does not grow with the number of
                     documents, so what grows is what documents cost
"""

import itertools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from absl import flags

from axml_tf.console import errors
from axml_tf.console.errors import UserError
from axml_tf.data_prep.generated_corpus import write_generated_corpus
from axml_tf.data_prep.readers.lines import LinesReader, write_lines
from benchmarks import peers_env
from benchmarks.programs import program
from benchmarks.report import Report, define_flags, matmul_gflops, rounds
from benchmarks.workers import Worker

_ROOT = Path(__file__).resolve().parents[1]
_WORDS = 200  # Of a generated document, on average.


class Usage(NamedTuple):
    """What a process took: processor time and peak memory."""

    cpu_seconds: float
    peak_mb: float


def main(argv: list[str]) -> None:
    """Measures speed on one text and memory on two others."""
    python = peers_env.python()
    report = Report()
    num_documents, n = flags.FLAGS.num_documents, flags.FLAGS.memory_documents
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_texts(folder / "speed", num_documents)
        for size, count in {"n": n, "4n": 4 * n}.items():
            write_generated_corpus(
                folder / size, num_train=count, num_words=_WORDS
            )
        texts = folder / "speed/train_raw_texts.txt"
        counter = [python, "-m", "benchmarks.nltk_counter", str(texts)]
        with (
            Worker("benchmarks.ours") as ours,
            Worker("benchmarks.peer", python) as peer,
        ):
            results = rounds(
                {
                    "ours": lambda: _prepare(folder / "speed").cpu_seconds,
                    "peer": lambda: _usage(counter).cpu_seconds,
                    "n": lambda: _prepare(folder / "n").peak_mb,
                    "4n": lambda: _prepare(folder / "4n").peak_mb,
                    "matmul": lambda: matmul_gflops(ours, peer),
                },
                # Every run starts a process anew; there is nothing to warm.
                warm_up=False,
            )
            report.versions |= ours("versions") | peer("versions")
    report.compare(
        "docs_per_second_and_core",
        [num_documents / seconds for seconds in results["ours"]],
        [num_documents / seconds for seconds in results["peer"]],
        ratio="data_prep_ratio",
    )
    for size in ("n", "4n"):
        report.add(f"peak_mb_{size}", results[size])
    pairs = zip(results["4n"], results["n"], strict=True)
    report.add("memory_ratio", [more / less for more, less in pairs])
    report.add("machine_matmul_gflops", results["matmul"])
    report.finish(
        seed=0,
        text=Path(flags.FLAGS.input_dir or "generated").name,
        num_documents=num_documents,
        memory_documents=n,
    )


def _write_texts(folder: Path, count: int) -> None:
    """Writes the documents that speed is measured on."""
    if not flags.FLAGS.input_dir:
        write_generated_corpus(folder, num_train=count, num_words=_WORDS)
        for path in folder.glob("test_*"):
            path.unlink()  # The peer reads the training documents only.
        return
    reader = LinesReader(flags.FLAGS.input_dir)
    if "train" not in reader.splits():
        raise UserError(
            f"{flags.FLAGS.input_dir} has no training documents: expected "
            f"{reader.expected('train')}."
        )
    folder.mkdir()
    documents = itertools.islice(reader.read("train"), count)
    write_lines(folder, "train", documents)
    found = (folder / "train_ids.txt").read_bytes().count(b"\n")
    if found < count:
        raise UserError(
            f"{flags.FLAGS.input_dir} has {found:,} training documents, fewer "
            f"than --num_documents={count}: ask for fewer."
        )


def _prepare(input_dir: Path) -> Usage:
    output_dir = input_dir.with_name("prepared")
    usage = _usage(
        [
            program("prepare"),
            f"--input_dir={input_dir}",
            f"--output_dir={output_dir}",
        ]
    )
    shutil.rmtree(output_dir)
    return usage


def _usage(command: list[str]) -> Usage:
    """Runs a command to its end."""
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command, cwd=_ROOT, stdout=log, stderr=subprocess.STDOUT
        )
        # Of this process alone, not of all children until now.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            log.seek(0)
            last = (log.read().strip() or "no message").splitlines()[-1]
            raise UserError(f"{' '.join(command)} failed: {last}")
    return Usage(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)


def run() -> None:
    """Runs this module as a command."""
    define_flags()
    peers_env.define_flag()
    flags.DEFINE_string("input_dir", None, "Folder of raw files, format lines.")
    flags.DEFINE_integer(
        "num_documents", 45_000, "Documents that speed is measured on."
    )
    flags.DEFINE_integer(
        "memory_documents", 5_000, "N: documents, then four times as many."
    )
    errors.run(main)


if __name__ == "__main__":
    run()
