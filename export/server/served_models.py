"""Which versions of which models are served, and in which state."""

import asyncio
import logging
import os
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import NamedTuple

import grpc
from google.protobuf import text_format
from tensorflow_serving.apis import get_model_status_pb2, model_pb2
from tensorflow_serving.config import model_server_config_pb2

from axml_tf.console.errors import UserError
from axml_tf.export.server.request_errors import (
    RequestError,
    invalid,
    not_found,
)
from axml_tf.export.server.servable import Servable
from axml_tf.prediction.saved_model import is_saved_model, versions

State = get_model_status_pb2.ModelVersionStatus.State

_LOG = logging.getLogger("axml_serve")


class ModelConfig(NamedTuple):
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
    labels: dict[str, int] = {}  # noqa: RUF012  Never changed.

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


def read_config(path: str | os.PathLike) -> list[ModelConfig]:
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
            ModelConfig(
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


class Model:
    """One model: its versions come and go while requests are answered.

    Args:
        config: what to serve of it.
        executor: a thread of it loads a version.
    """

    def __init__(self, config: ModelConfig, executor: Executor):
        self.config = config
        self._executor = executor
        self._servables: dict[int, Servable] = {}
        self._states: dict[int, tuple[State, str]] = {}
        # When the files of a version that cannot be loaded were last changed.
        self._failed: dict[int, float] = {}

    @property
    def is_available(self) -> bool:
        """Whether there is a version that can be asked."""
        return bool(self._servables)

    def reason(self) -> str:
        """Why no version can be asked."""
        messages = [message for _, message in self._states.values()]
        return "; ".join(messages) or (
            f"{self.config.base_path} holds no exported model. Make one with "
            "axml-export."
        )

    async def update(self) -> None:
        """Loads versions that have come, lets go of those that are to go."""
        wanted = self.config.wanted()
        for version in wanted:
            # One that cannot be loaded may still be on its way here: it is
            # tried again when its files have changed.
            if version not in self._servables and self._failed.get(version) != (
                changed := _last_change(self._path(version))
            ):
                self._failed.pop(version, None)
                if not await self._load(version):
                    self._failed[version] = changed
        # After loading: at no time is there none. Requests under way hold
        # their servable until they are answered.
        for version in set(self._servables) - set(wanted):
            if set(wanted) & set(self._servables):
                del self._servables[version]
                self._states[version] = (State.END, "")
                _LOG.info("%s: version %d unloaded", self.config.name, version)

    async def _load(self, version: int) -> bool:
        name, path = self.config.name, self._path(version)
        self._states[version] = (State.LOADING, "")
        loop = asyncio.get_running_loop()
        try:
            servable = await loop.run_in_executor(
                self._executor, Servable, path, name, version
            )
        except (UserError, RequestError) as error:
            # Served on with what there is.
            self._states[version] = (State.END, str(error))
            _LOG.error("%s: version %d: %s", name, version, error)
            return False
        self._servables[version] = servable
        self._states[version] = (State.AVAILABLE, "")
        _LOG.info("%s: version %d is available", name, version)
        return True

    def _path(self, version: int) -> Path:
        return self.config.base_path / str(version)

    def servable(self, version: int | None, label: str) -> Servable:
        """The servable that a request asks for; the newest if for none.

        Raises:
            RequestError: there is none.
        """
        if label:
            if label not in self.config.labels:
                raise invalid(f"Unrecognized servable version label: {label}")
            version = self.config.labels[label]
        if version is None and self._servables:
            version = max(self._servables)
        if version not in self._servables:
            asked = "Latest" if version is None else "Specific"
            number = "" if version is None else f", {version}"
            raise not_found(
                "Servable not found for request: "
                f"{asked}({self.config.name}{number})"
            )
        return self._servables[version]

    def statuses(
        self, version: int | None
    ) -> list[get_model_status_pb2.ModelVersionStatus]:
        """State of one version, or of all, newest first.

        Raises:
            RequestError: there never was such a version.
        """
        if version is not None and version not in self._states:
            raise not_found(
                f"Could not find version {version} of model {self.config.name}"
            )
        chosen = sorted(self._states, reverse=True)
        if version is not None:
            chosen = [version]
        return [self._status(number) for number in chosen]

    def _status(self, version: int) -> get_model_status_pb2.ModelVersionStatus:
        state, message = self._states[version]
        code = grpc.StatusCode.UNKNOWN if message else grpc.StatusCode.OK
        status = get_model_status_pb2.ModelVersionStatus(
            version=version, state=state
        )
        status.status.error_code = code.value[0]
        status.status.error_message = message
        return status


class Models:
    """All models of a server.

    Args:
        read: gives the models to serve, anew at every update.
        executor: threads that load versions.
    """

    def __init__(
        self, read: Callable[[], list[ModelConfig]], executor: Executor
    ):
        self._read = read
        self._executor = executor
        self._models: dict[str, Model] = {}

    async def update(self) -> None:
        """Does what the configuration and the folders ask for now."""
        configs = self._read()
        for config in configs:
            if config.name not in self._models:
                self._models[config.name] = Model(config, self._executor)
            self._models[config.name].config = config
            await self._models[config.name].update()
        for name in self._models.keys() - {config.name for config in configs}:
            del self._models[name]

    async def keep_updating(self, seconds: float) -> None:
        """Updates again and again; what goes wrong is logged."""
        while True:
            await asyncio.sleep(seconds)
            try:
                await self.update()
            except (UserError, OSError) as error:
                _LOG.error("%s", error)

    def servable(self, spec: model_pb2.ModelSpec) -> Servable:
        """The servable that a request names.

        Raises:
            RequestError: there is none.
        """
        if not spec.name:
            raise invalid("Missing ModelSpec: name the model.")
        return self._model(spec.name).servable(
            _version(spec), spec.version_label
        )

    def statuses(
        self, spec: model_pb2.ModelSpec
    ) -> list[get_model_status_pb2.ModelVersionStatus]:
        """States of a model's versions, or of the one that is named.

        Raises:
            RequestError: there is no such model or version.
        """
        model = self._model(spec.name)
        version = _version(spec)
        if spec.version_label:
            version = model.servable(None, spec.version_label).version
        return model.statuses(version)

    def unavailable(self) -> list[str]:
        """For each model without a version that can be asked: why."""
        return [
            model.reason()
            for model in self._models.values()
            if not model.is_available
        ]

    def _model(self, name: str) -> Model:
        if name not in self._models:
            raise not_found(f"Servable not found for request: Latest({name})")
        return self._models[name]


def _version(spec: model_pb2.ModelSpec) -> int | None:
    return spec.version.value if spec.HasField("version") else None


def _last_change(path: Path) -> float:
    """Newest modification of the files in a folder, in seconds."""
    return max(file.stat().st_mtime for file in [path, *path.rglob("*")])
