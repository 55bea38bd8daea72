"""P@1, P@3, P@5 of several settings, each trained with several seeds.

    python -m benchmarks.seeds --data_dir=quickstart/data \\
        --work_dir=quickstart/seeds --output=FILE.json \\
        --settings=axml_tf/configs/quickstart.flags \\
        --settings=axml_tf/configs/quickstart_v2.flags

Figures are of the test split, in percent; a round is a seed. Models are kept
in the working folder: the same command again resumes where it was cut off.
"""

import json
import subprocess
from pathlib import Path

from absl import flags

from axml_tf.console import errors
from axml_tf.console.errors import UserError
from benchmarks.programs import program
from benchmarks.report import Report

_MEASURES = ("P@1", "P@3", "P@5")


def main(argv: list[str]) -> None:
    """Trains and measures one run after another."""
    values = flags.FLAGS
    report = Report()
    for settings in values.settings:
        found = [_measures(Path(settings), int(s)) for s in values.seeds]
        for name in _MEASURES:
            report.add(
                f"{Path(settings).stem} {name}",
                [measures[name] for measures in found],
            )
    report.finish(seeds=values.seeds, settings=values.settings)


def _measures(settings: Path, seed: int) -> dict[str, float]:
    """Trains with a flagfile and a seed; measures by name, in percent."""
    values = flags.FLAGS
    folder = Path(values.work_dir, f"{settings.stem}-{seed}")
    data = f"--data_dir={values.data_dir}"
    model = f"--model_dir={folder / 'model'}"
    predictions = folder / "test.npz"
    _run(
        "train",
        data,
        model,
        f"--flagfile={settings}",
        f"--seed={seed}",
    )
    _run("predict", data, model, f"--output={predictions}")
    _run("evaluate", data, f"--predictions={predictions}")
    found = predictions.with_suffix(".json").read_text(encoding="utf-8")
    return json.loads(found)["measures"]


def _run(name: str, *arguments: str) -> None:
    print(f"$ axml-{name} {' '.join(arguments)}", flush=True)
    done = subprocess.run([program(name), *arguments])
    if done.returncode:
        raise UserError(f"axml-{name} has failed: its message stands above.")


def run() -> None:
    """Runs this module as a command."""
    flags.DEFINE_string("data_dir", None, "Folder that axml-prepare made.")
    flags.DEFINE_string("work_dir", None, "Folder for models and predictions.")
    flags.DEFINE_multi_string("settings", None, "Flagfile of axml-train.")
    flags.DEFINE_list("seeds", "0,1,2", "Seeds that each is trained with.")
    flags.DEFINE_string("output", None, "JSON file to write.")
    flags.mark_flags_as_required(["data_dir", "work_dir", "settings"])
    errors.run(main)


if __name__ == "__main__":
    run()
