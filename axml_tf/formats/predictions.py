"""The predictions file: the k best labels of every document.

Whatever predicts writes this file, and one evaluation reads it. NumPy only.
"""

import dataclasses
import json
import os
from pathlib import Path

import numpy as np

from axml_tf.console.errors import UserError
from axml_tf.storage.files import atomic_file
from axml_tf.storage.json_files import make, parse_json
from axml_tf.storage.npz_files import Expected, read_npz

_ARRAYS = {
    "document_ids": Expected("U", 1),
    "label_ids": Expected("i", 2),
    "scores": Expected("f", 2),
    # Files of earlier versions have no such entry.
    "made_by": Expected("U", 0, is_optional=True),
}


@dataclasses.dataclass(frozen=True)
class Provenance:
    """Where predictions come from, and what they cost.

    Attributes:
        system: name of the method.
        train_seconds: wall-clock time of training; None if unknown.
        predict_seconds: wall-clock time of prediction; None if unknown.
        train_cpu_seconds: processor time of training; None if unknown.
        predict_cpu_seconds: processor time of prediction; None if unknown.
        peak_memory: bytes of the largest resident set, of training or
            prediction; None if unknown.
        machine: as `machine.describe` has it.
        versions: of what it was made with, by name.
        settings: what to repeat it with, by name.
    """

    system: str
    train_seconds: float | None = None
    predict_seconds: float | None = None
    train_cpu_seconds: float | None = None
    predict_cpu_seconds: float | None = None
    peak_memory: int | None = None
    machine: str = ""
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    settings: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class TopK:
    """The k best labels of each document, best first.

    Attributes:
        document_ids: `(documents,)` array of str.
        label_ids: `(documents, k)` int32; -1 fills a row that has fewer.
        scores: `(documents, k)` float32, descending in every row; ties have
            the lower label id first. Probabilities for the neural models.
        made_by: None where it is not known.
    """

    document_ids: np.ndarray
    label_ids: np.ndarray
    scores: np.ndarray
    made_by: Provenance | None = None

    def __post_init__(self) -> None:
        shapes = (
            self.document_ids.shape,
            self.label_ids.shape,
            self.scores.shape,
        )
        if (
            self.label_ids.ndim != 2
            or self.label_ids.shape != self.scores.shape
            or self.document_ids.shape != self.label_ids.shape[:1]
        ):
            raise ValueError(
                "`document_ids`, `label_ids` and `scores` must have shapes "
                f"(n,), (n, k) and (n, k). Received: {shapes}"
            )

    def save(self, path: str | os.PathLike) -> None:
        """Writes a compressed .npz without pickled objects."""
        made_by = self.made_by and dataclasses.asdict(self.made_by)
        with atomic_file(path) as temporary, open(temporary, "wb") as file:
            np.savez_compressed(
                file,
                document_ids=self.document_ids.astype(np.str_),
                label_ids=self.label_ids.astype(np.int32),
                scores=self.scores.astype(np.float32),
                made_by=np.array(json.dumps(made_by)),
            )

    @classmethod
    def load(cls, path: str | os.PathLike) -> "TopK":
        """Reads a file that `save` wrote.

        Raises:
            UserError: the file is missing, damaged, or not of this kind.
        """
        if not Path(path).is_file():
            raise UserError(f"No predictions file at {path}.")
        try:
            arrays = read_npz(path, _ARRAYS)
            return cls(
                arrays["document_ids"],
                arrays["label_ids"],
                arrays["scores"],
                _made_by(arrays.get("made_by")),
            )
        except ValueError as error:
            raise UserError(
                f"{path} is no readable predictions file ({error}). Make it "
                "again with axml-predict."
            ) from error


def _made_by(text: np.ndarray | None) -> Provenance | None:
    fields = None if text is None else parse_json(text.item())
    return None if fields is None else make(Provenance, fields)
