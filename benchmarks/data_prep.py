"""Documents a second and peak memory of data preparation, at N and 4 N.

    python -m benchmarks.data_prep --output=FILE.json

The generated corpus has a vocabulary that does not grow with the number of
documents: what memory grows by is what documents cost, and should be
nothing. Each preparation runs in a process of its own; sizes alternate.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from absl import flags

from axml_tf import errors
from axml_tf.errors import UserError
from axml_tf.files import atomic_file
from data_prep.generated_corpus import write_generated_corpus

_SIZES = {"n": 10_000, "4n": 40_000}
_FIGURES = re.compile(r"([\d,]+) docs/s, peak memory ([\d,]+) MB")


def main(argv: list[str]) -> None:
    """Prepares both sizes in turn and writes the medians."""
    runs = {name: [] for name in _SIZES}
    with tempfile.TemporaryDirectory() as folder:
        for name, num_documents in _SIZES.items():
            write_generated_corpus(
                Path(folder, name), num_train=num_documents, num_words=200
            )
        for repeat in range(flags.FLAGS.repeats):
            for name in _SIZES:
                output_dir = Path(folder, f"{name}-{repeat}")
                runs[name].append(_prepare(Path(folder, name), output_dir))
    figures = {}
    for name, pairs in runs.items():
        rates, peaks = zip(*pairs, strict=True)
        figures[f"docs_per_second_{name}"] = statistics.median(rates)
        figures[f"peak_mb_{name}"] = statistics.median(peaks)
    figures["memory_ratio"] = figures["peak_mb_4n"] / figures["peak_mb_n"]
    for name, value in figures.items():
        print(f"{name:20} {value:10,.2f}")
    report = {"sizes": _SIZES, "cores": os.cpu_count(), "figures": figures}
    if flags.FLAGS.output:
        with atomic_file(flags.FLAGS.output) as temporary:
            temporary.write_text(json.dumps(report, indent=2) + "\n")


def _prepare(input_dir: Path, output_dir: Path) -> tuple[int, int]:
    """Documents a second and peak megabytes of one preparation."""
    command = [
        sys.executable,
        "-m",
        "data_prep.prepare",
        f"--input_dir={input_dir}",
        f"--output_dir={output_dir}",
    ]
    result = subprocess.run(command, capture_output=True, text=True)
    match = _FIGURES.search(result.stdout)
    if result.returncode or not match:
        raise UserError(f"Preparation failed: {result.stderr.strip()}")
    rate, peak = (int(group.replace(",", "")) for group in match.groups())
    return rate, peak


def run() -> None:
    """Runs this module as a command."""
    flags.DEFINE_integer("repeats", 5, "Runs of each size.", lower_bound=1)
    flags.DEFINE_string("output", None, "JSON file to write.")
    errors.run(main)


if __name__ == "__main__":
    run()
