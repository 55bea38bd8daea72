"""config.json beside a model: what was trained, how, on what, with what."""

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path

from axml_tf.console.errors import UserError
from axml_tf.console.origin import origin
from axml_tf.models.model_config import ModelConfig
from axml_tf.runs.training_config import TrainingConfig
from axml_tf.storage import json_files
from axml_tf.storage.files import atomic_file

CONFIG_FILE = "config.json"

# What a run may change when it is resumed.
_MAY_CHANGE = (
    "max_epochs",
    "checkpoint_every",
    "keep_checkpoints",
    "attention_every",
    "early_stopping_patience",
    "label_chunk_size",
)

# What earlier versions called it.
_OLD_NAMES = {"train_left_out": "train_skipped"}


@dataclasses.dataclass(frozen=True)
class RunRecord:
    """What stands in config.json.

    Attributes:
        model: what was built.
        training: how it is trained.
        data: what it is trained on, as `PreparedData` has it.
        made_by: versions and commit that began it, as `origin` has them.
    """

    model: ModelConfig
    training: TrainingConfig
    data: dict[str, int | str]
    made_by: dict[str, str | None]

    @classmethod
    def load(cls, model_dir: str | os.PathLike) -> "RunRecord":
        """Reads config.json.

        Raises:
            UserError: the file is missing, damaged, or has unknown names.
        """
        path = Path(model_dir, CONFIG_FILE)
        if not path.is_file():
            raise UserError(
                f"{path} is missing: {model_dir} holds no trained model. "
                "Train one with axml-train."
            )
        try:
            content = json_files.read_json(path)
            return cls(
                json_files.make(ModelConfig, content["model"]),
                json_files.make(TrainingConfig, content["training"]),
                {
                    _OLD_NAMES.get(name, name): value
                    for name, value in content["data"].items()
                },
                dict(content["made_by"]),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise UserError(
                f"{path} is damaged ({error}). Train the model again."
            ) from error

    def save(self, model_dir: str | os.PathLike) -> None:
        """Writes config.json."""
        text = json.dumps(dataclasses.asdict(self), indent=2) + "\n"
        with atomic_file(Path(model_dir, CONFIG_FILE)) as temporary:
            temporary.write_text(text, encoding="utf-8")


def claim(
    model_dir: str | os.PathLike,
    model: ModelConfig,
    training: TrainingConfig,
    data: dict[str, int | str],
) -> list[str]:
    """Writes config.json, or checks that the one there is of the same run.

    Args:
        model_dir: folder of the run.
        model: what to build.
        training: how to train it.
        data: what to train on, as `PreparedData.training_identity` has it, and
            `train_skipped`, documents skipped.

    Returns:
        What is not as it was when the run began, of versions and commit.

    Raises:
        UserError: the folder holds a run of other settings or other data;
            the message names them.
    """
    record = RunRecord(model, training, data, origin())
    if not Path(model_dir, CONFIG_FILE).exists():
        record.save(model_dir)
        return []
    old = RunRecord.load(model_dir)
    if differing := differences(old.data, data):
        raise UserError(
            f"{model_dir} holds a run on other data: {'; '.join(differing)}. "
            "Name another --model_dir, or the data it was trained on."
        )
    differing = differences(vars(old.model), vars(model)) + [
        phrase
        for phrase in differences(vars(old.training), vars(training))
        if not phrase.startswith(_MAY_CHANGE)
    ]
    if differing:
        raise UserError(
            f"{model_dir} holds a run of other settings: "
            f"{'; '.join(differing)}. Name another --model_dir, or train "
            "with the settings it has."
        )
    dataclasses.replace(record, made_by=old.made_by).save(model_dir)
    return differences(old.made_by, record.made_by)


def differences(
    was: Mapping[str, object], now: Mapping[str, object]
) -> list[str]:
    """A phrase for everything that differs, in the order of `now`.

    What `was` does not have is not compared: models of earlier versions kept
    less.

    >>> differences({"max_length": 500}, {"max_length": 200, "labels.txt": "f"})
    ['max_length was 500, is 200']
    """
    return [
        f"{name} was {was[name]}, is {value}"
        for name, value in now.items()
        if name in was and was[name] != value
    ]
