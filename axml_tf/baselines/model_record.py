"""What stands beside a trained baseline: what it is, and what it took."""

import dataclasses
import json
import os
from pathlib import Path
from typing import NamedTuple

from axml_tf.console.errors import UserError
from axml_tf.storage.json_files import make, read_json

_FILE = "model.json"


class Usage(NamedTuple):
    """What training took that its caller cannot see by itself.

    Attributes:
        peak_memory: bytes of the largest resident set.
        others_cpu_seconds: processor time of other processes.
    """

    peak_memory: int
    others_cpu_seconds: float = 0.0


@dataclasses.dataclass(frozen=True)
class ModelRecord:
    """Description of a trained baseline.

    Attributes:
        system: its name.
        settings: what it was trained with, by name.
        data: hash of the features and labels it was trained on.
        seconds: wall-clock time of training, without reading the features.
        cpu_seconds: processor time of the same.
        peak_memory: bytes of the largest resident set.
        num_threads: that it was trained with.
        machine: as `machine.describe` has it.
    """

    system: str
    settings: dict[str, str]
    data: str
    seconds: float
    cpu_seconds: float
    peak_memory: int
    num_threads: int
    machine: str

    def save(self, folder: str | os.PathLike) -> None:
        """Writes it into the folder of the model."""
        text = json.dumps(dataclasses.asdict(self), indent=2) + "\n"
        Path(folder, _FILE).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, model_dir: str | os.PathLike) -> "ModelRecord | None":
        """Reads it; None where there is no model yet.

        Raises:
            UserError: it is damaged, or the folder holds something else.
        """
        path = Path(model_dir, _FILE)
        if not Path(model_dir).exists() or _is_empty(model_dir):
            return None
        if not path.is_file():
            raise UserError(
                f"{model_dir} holds no model of a baseline: {path.name} is "
                "missing. Name another folder for --model_dir."
            )
        try:
            return make(cls, read_json(path))
        except ValueError as error:
            raise UserError(
                f"{path} is damaged ({error}). Remove {model_dir} to train "
                "again."
            ) from error

    def check(
        self,
        model_dir: str | os.PathLike,
        system: str,
        settings: dict[str, str],
        data: str,
    ) -> None:
        """Checks that it is the model that is wanted.

        Raises:
            UserError: it is another system's, or of other settings or data.
        """
        wanted = {"system": system, "settings": settings, "data": data}
        for name, value in wanted.items():
            if getattr(self, name) != value:
                raise UserError(
                    f"The model in {model_dir} does not fit: its {name} is "
                    f"{getattr(self, name)}, wanted is {value}. Name another "
                    "folder for --model_dir, or remove it to train again."
                )


def _is_empty(folder: str | os.PathLike) -> bool:
    return Path(folder).is_dir() and not any(Path(folder).iterdir())
