"""P@1, P@3, P@5 of several settings, each trained with several seeds.

    python -m benchmarks.seeds --data_dir=quickstart/data \\
        --work_dir=quickstart/seeds --output=FILE.json \\
        --settings=axml_tf/configs/quickstart.flags \\
        --settings=axml_tf/configs/quickstart_v2.flags

Figures are of the test split, in percent; a round is a seed. Models are kept
in the working folder: the same command again goes on where it was cut off.
"""

import json
import subprocess
import sys
from pathlib import Path

from absl import flags

from axml_tf import errors
from axml_tf.errors import UserError
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
        "axml_tf.train", data, model, f"--flagfile={settings}", f"--seed={seed}"
    )
    _run("axml_tf.predict", data, model, f"--output={predictions}")
    _run("axml_tf.evaluation.evaluate", data, f"--predictions={predictions}")
    found = predictions.with_suffix(".json").read_text(encoding="utf-8")
    return json.loads(found)["measures"]


def _run(module: str, *arguments: str) -> None:
    print(f"$ python -m {module} {' '.join(arguments)}", flush=True)
    done = subprocess.run([sys.executable, "-m", module, *arguments])
    if done.returncode:
        raise UserError(f"{module} has failed: its message stands above.")


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
