"""What is to be served: TensorFlow Serving's --model_config_file."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from axml_tf.console.errors import UserError
from axml_tf.prediction.saved_model import is_saved_model, versions


class ServedConfig(NamedTuple):
    """What to serve of one model.

    Attributes:
        name: what requests call it.
        base_path: folder of its versions.
        num_versions: newest versions to serve; 0 for all.
        versions: numbers to serve instead.
        labels: version by label.
    """

    name: str
    base_path: Path
    num_versions: int = 1
    versions: tuple[int, ...] = ()
    labels: Mapping[str, int] = MappingProxyType({})

    def wanted(self) -> list[int]:
        """Numbers of the versions that are there and are to be served."""
        there = [
            version
            for version in versions(self.base_path)
            if is_saved_model(self.base_path / str(version))
        ]
        if self.versions:
            return [version for version in there if version in self.versions]
        return there[-self.num_versions :]


def read_config(path: str | os.PathLike) -> list[ServedConfig]:
    """Reads a file as TensorFlow Serving's --model_config_file names it.

    Raises:
        UserError: it is malformed.
    """
    try:
        parsed = text_format.Parse(
            Path(path).read_text(encoding="utf-8"),
            model_server_config_pb2.ModelServerConfig(),
        )
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise UserError(
            f"{path} is no ModelServerConfig of TensorFlow Serving ({error})."
        ) from error
    models = []
    for model in parsed.model_config_list.config:
        if not model.name or not model.base_path:
            raise UserError(f"{path}: every model needs a name and base_path.")
        policy = model.model_version_policy
        num_versions = {
            "all": 0,
            "latest": policy.latest.num_versions or 1,
        }.get(policy.WhichOneof("policy_choice"), 1)
        models.append(
            ServedConfig(
                model.name,
                Path(model.base_path),
                num_versions,
                tuple(policy.specific.versions),
                dict(model.version_labels),
            )
        )
    if len({model.name for model in models}) != len(models) or not models:
        raise UserError(f"{path}: expected models of different names.")
    return models
