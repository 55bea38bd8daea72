"""What a training run has cost, kept beside its checkpoints."""

import dataclasses
import json
import os
from pathlib import Path

from axml_tf.console import machine
from axml_tf.console.errors import UserError
from axml_tf.console.machine import Stopwatch
from axml_tf.storage.files import atomic_file
from axml_tf.storage.json_files import make, read_json

_FILE = "costs.json"


@dataclasses.dataclass(frozen=True)
class Costs:
    """Costs of a run until its newest checkpoint.

    Attributes:
        seconds: wall-clock time of all the times it was started, with making
            the model and validation.
        cpu_seconds: processor time of the same.
        peak_memory: bytes of the largest resident set.
        machine: as `machine.describe` has it.
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    machine: str = ""

    def plus(self, watch: Stopwatch) -> "Costs":
        """With what this process adds to it since `watch` was made."""
        return Costs(
            self.seconds + watch.seconds(),
            self.cpu_seconds + watch.cpu_seconds(),
            max(self.peak_memory, machine.peak_memory()),
            machine.describe(),
        )

    def save(self, model_dir: str | os.PathLike) -> None:
        """Writes them into the folder of the run."""
        with atomic_file(Path(model_dir, _FILE)) as temporary:
            text = json.dumps(dataclasses.asdict(self), indent=2)
            temporary.write_text(text + "\n", encoding="utf-8")


def load_costs(model_dir: str | os.PathLike) -> Costs | None:
    """Costs of the run of a folder; None where they are not known.

    Raises:
        UserError: the file is damaged.
    """
    path = Path(model_dir, _FILE)
    if not path.is_file():
        return None
    try:
        return make(Costs, read_json(path))
    except ValueError as error:
        raise UserError(
            f"{path} is damaged ({error}). Remove it: what training has cost "
            "is then unknown."
        ) from error
