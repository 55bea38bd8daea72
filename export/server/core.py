"""What both APIs do with a request: find the servable, check, run, count."""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

import grpc
from tensorflow_serving.apis import model_pb2

from axml_tf.export.server.gate import Gate
from axml_tf.export.server.limits import Limits
from axml_tf.export.server.metrics import Metrics
from axml_tf.export.server.request_errors import RequestError, invalid
from axml_tf.export.server.runner import Runner
from axml_tf.export.server.servable import Arrays, InputInfos, Servable
from axml_tf.export.server.served_models import Models
from axml_tf.formats import signatures


class Answer(NamedTuple):
    """Outputs, and who made them."""

    outputs: Arrays
    servable: Servable
    signature: str


class Core:
    """Answers requests that are free of any protocol.

    Args:
        models: what is served.
        runner: runs it.
        metrics: counts it.
        limits: of requests.
    """

    def __init__(
        self,
        models: Models,
        runner: Runner,
        metrics: Metrics,
        limits: Limits,
    ) -> None:
        self.models = models
        self.metrics = metrics
        self.limits = limits
        self._runner = runner
        self._gate = Gate(limits.max_requests)

    async def predict(
        self,
        spec: model_pb2.ModelSpec,
        make_inputs: Callable[[InputInfos], Arrays],
        api: str,
    ) -> Answer:
        """Runs a signature.

        Args:
            spec: model, version or label, signature.
            make_inputs: gives arrays by name, from the descriptions of the
                signature's inputs.
            api: how the request came, for the metrics.

        Raises:
            RequestError: it cannot be answered.
        """
        start = time.perf_counter()
        code = grpc.StatusCode.INTERNAL
        try:
            # First, so that only names of models are counted by.
            servable = self.models.servable(spec)
            signature = spec.signature_name or signatures.SERVE
            with self._gate.entered():
                inputs = make_inputs(servable.inputs_of(signature))
                inputs = servable.check(signature, inputs)
                self._check_rows(len(next(iter(inputs.values()))))
                outputs = await self._run(servable, signature, inputs)
            code = grpc.StatusCode.OK
            return Answer(outputs, servable, signature)
        except RequestError as error:
            code = error.code
            raise
        finally:
            seconds = time.perf_counter() - start
            self.metrics.count(spec.name, api, code, seconds)

    def _check_rows(self, rows: int) -> None:
        most = self.limits.max_request_rows
        if rows > most:
            raise invalid(
                f"A request has at most {most:,} rows; found {rows:,}."
            )

    async def _run(
        self, servable: Servable, signature: str, inputs: Arrays
    ) -> Arrays:
        seconds = self.limits.request_timeout_seconds
        try:
            return await asyncio.wait_for(
                self._runner.run(servable, signature, inputs), seconds
            )
        except asyncio.TimeoutError as error:
            raise RequestError(
                grpc.StatusCode.DEADLINE_EXCEEDED,
                f"There was no answer within {seconds:g} s. Send fewer rows, "
                "or try again later.",
            ) from error
