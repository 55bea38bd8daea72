"""What both APIs do with a request: find the servable, check, run, count."""

import time
from collections.abc import Callable
from typing import NamedTuple

import grpc
from tensorflow_serving.apis import model_pb2

from axml_tf import signatures
from export.server.batching import Runner
from export.server.errors import RequestError
from export.server.metrics import Metrics
from export.server.models import Models
from export.server.servable import Arrays, Servable


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
    """

    def __init__(self, models: Models, runner: Runner, metrics: Metrics):
        self.models = models
        self.metrics = metrics
        self._runner = runner

    async def predict(
        self,
        spec: model_pb2.ModelSpec,
        make_inputs: Callable[[dict], Arrays],
        api: str,
    ) -> Answer:
        """Runs a signature.

        Args:
            spec: model, version or label, signature.
            make_inputs: gives arrays by name, from the descriptions
                (`TensorInfo`) of the signature's inputs.
            api: how the request came, for the metrics.

        Raises:
            RequestError: it cannot be answered.
        """
        start = time.perf_counter()
        code = grpc.StatusCode.INTERNAL
        try:
            servable = self.models.servable(spec)
            signature = spec.signature_name or signatures.SERVE
            inputs = make_inputs(servable.inputs_of(signature))
            inputs = servable.check(signature, inputs)
            outputs = await self._runner.run(servable, signature, inputs)
            code = grpc.StatusCode.OK
            return Answer(outputs, servable, signature)
        except RequestError as error:
            code = error.code
            raise
        finally:
            seconds = time.perf_counter() - start
            self.metrics.count(spec.name, api, code, seconds)
