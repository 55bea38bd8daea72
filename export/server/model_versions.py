"""The versions of one model, and the state of each."""

import asyncio
import logging
from concurrent.futures import Executor
from pathlib import Path

import grpc
from tensorflow_serving.apis import get_model_status_pb2

from axml_tf.console.errors import UserError
from axml_tf.export.server.request_errors import (
    RequestError,
    invalid,
    not_found,
)
from axml_tf.export.server.servable import Servable
from axml_tf.export.server.served_config import ServedConfig

State = get_model_status_pb2.ModelVersionStatus.State

_LOG = logging.getLogger("axml_serve")


class ModelVersions:
    """One model: its versions come and go while requests are answered.

    Args:
        config: what to serve of it.
        executor: a thread of it loads a version.
    """

    def __init__(self, config: ServedConfig, executor: Executor) -> None:
        self.config = config
        self._executor = executor
        self._servables: dict[int, Servable] = {}
        # A State, and why it is so.
        self._states: dict[int, tuple[int, str]] = {}
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


def _last_change(path: Path) -> float:
    """Newest modification of the files in a folder, in seconds."""
    return max(file.stat().st_mtime for file in [path, *path.rglob("*")])
