"""All models of a server, by name."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor

from tensorflow_serving.apis import get_model_status_pb2, model_pb2

from axml_tf.console.errors import UserError
from axml_tf.export.server.model_versions import ModelVersions
from axml_tf.export.server.request_errors import invalid, not_found
from axml_tf.export.server.servable import Servable
from axml_tf.export.server.served_config import ServedConfig

_LOG = logging.getLogger("axml_serve")


class Models:
    """All models of a server.

    Args:
        read: gives the models to serve, anew at every update.
        executor: threads that load versions.
    """

    def __init__(
        self, read: Callable[[], list[ServedConfig]], executor: Executor
    ) -> None:
        self._read = read
        self._executor = executor
        self._models: dict[str, ModelVersions] = {}

    async def update(self) -> None:
        """Does what the configuration and the folders ask for now."""
        configs = self._read()
        for config in configs:
            if config.name not in self._models:
                self._models[config.name] = ModelVersions(
                    config, self._executor
                )
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

    def _model(self, name: str) -> ModelVersions:
        if name not in self._models:
            raise not_found(f"Servable not found for request: Latest({name})")
        return self._models[name]


def _version(spec: model_pb2.ModelSpec) -> int | None:
    return spec.version.value if spec.HasField("version") else None
