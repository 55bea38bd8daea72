"""TensorFlow Serving's gRPC API: PredictionService and ModelService."""

import functools
import math
from collections.abc import Awaitable, Callable
from typing import TypeVar

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from axml_tf.export.server.core import Core
from axml_tf.export.server.grpc_limits import ReadInTime, channel_options
from axml_tf.export.server.request_errors import RequestError, invalid
from axml_tf.export.server.servable import Servable
from axml_tf.formats import signatures

_Service = TypeVar("_Service")
_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


def make_server(core: Core) -> grpc.aio.Server:
    """A server of both services, without a port yet."""
    server = grpc.aio.server(
        interceptors=[ReadInTime(core.limits.read_timeout_seconds)],
        maximum_concurrent_rpcs=core.limits.max_connections,
        options=[
            *channel_options(core.limits),
            # A second server on the port is an error, not a helper.
            ("grpc.so_reuseport", 0),
        ],
    )
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        _PredictionService(core), server
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(
        _ModelService(core), server
    )
    return server


def _refusing(
    method: Callable[[_Service, _Request], Awaitable[_Response]],
) -> Callable[
    [_Service, _Request, grpc.aio.ServicerContext], Awaitable[_Response]
]:
    """Turns a `RequestError` into the status of the call."""

    @functools.wraps(method)
    async def wrapped(
        self: _Service, request: _Request, context: grpc.aio.ServicerContext
    ) -> _Response:
        try:
            return await method(self, request)
        except RequestError as error:
            # Ends the call by an error of its own.
            await context.abort(error.code, error.message)
            raise

    return wrapped


class _PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, core: Core) -> None:
        self._core = core

    @_refusing
    async def Predict(
        self, request: predict_pb2.PredictRequest
    ) -> predict_pb2.PredictResponse:
        answer = await self._core.predict(
            request.model_spec,
            lambda _: {
                name: _array(name, tensor, self._core.limits.max_request_bytes)
                for name, tensor in request.inputs.items()
            },
            "GRPC",
        )
        wanted = set(request.output_filter) or answer.outputs.keys()
        if not wanted <= answer.outputs.keys():
            raise invalid(
                f"There are no outputs "
                f"{sorted(wanted - answer.outputs.keys())}."
            )
        response = predict_pb2.PredictResponse(
            model_spec=_spec(answer.servable, answer.signature)
        )
        for name in wanted:
            response.outputs[name].CopyFrom(
                tf.make_tensor_proto(answer.outputs[name])
            )
        return response

    @_refusing
    async def Classify(
        self, request: classification_pb2.ClassificationRequest
    ) -> classification_pb2.ClassificationResponse:
        spec = model_pb2.ModelSpec()
        spec.CopyFrom(request.model_spec)
        spec.signature_name = spec.signature_name or signatures.CLASSIFY
        examples = request.input.example_list.examples
        inputs = {
            "inputs": np.array(
                [example.SerializeToString() for example in examples], object
            )
        }
        answer = await self._core.predict(spec, lambda _: inputs, "GRPC")
        if not {"classes", "scores"} <= answer.outputs.keys():
            raise invalid(
                f"Signature {answer.signature!r} gives no classes and scores."
            )
        response = classification_pb2.ClassificationResponse(
            model_spec=_spec(answer.servable, answer.signature)
        )
        for classes, scores in zip(
            answer.outputs["classes"], answer.outputs["scores"], strict=True
        ):
            row = response.result.classifications.add()
            for name, score in zip(classes, scores, strict=True):
                row.classes.add(label=name, score=score)
        return response

    @_refusing
    async def GetModelMetadata(
        self, request: get_model_metadata_pb2.GetModelMetadataRequest
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        servable = self._core.models.servable(request.model_spec)
        return metadata(servable, list(request.metadata_field))


class _ModelService(model_service_pb2_grpc.ModelServiceServicer):
    def __init__(self, core: Core) -> None:
        self._core = core

    @_refusing
    async def GetModelStatus(
        self, request: get_model_status_pb2.GetModelStatusRequest
    ) -> get_model_status_pb2.GetModelStatusResponse:
        return get_model_status_pb2.GetModelStatusResponse(
            model_version_status=self._core.models.statuses(request.model_spec)
        )


def metadata(
    servable: Servable, fields: list[str]
) -> get_model_metadata_pb2.GetModelMetadataResponse:
    """The signatures of a servable.

    Raises:
        RequestError: another field is asked for; there is only this one.
    """
    if fields != ["signature_def"]:
        raise invalid(
            "The one metadata_field there is: signature_def; received "
            f"{fields}."
        )
    response = get_model_metadata_pb2.GetModelMetadataResponse(
        model_spec=_spec(servable)
    )
    definitions = get_model_metadata_pb2.SignatureDefMap()
    for name, definition in servable.signature_defs.items():
        definitions.signature_def[name].CopyFrom(definition)
    response.metadata["signature_def"].Pack(definitions)
    return response


def _array(name: str, tensor: tensor_pb2.TensorProto, most: int) -> np.ndarray:
    # One value may stand for a whole tensor, so a few bytes for any size.
    sizes = [dim.size for dim in tensor.tensor_shape.dim]
    if min(sizes, default=0) < 0 or math.prod(sizes) > most:
        raise invalid(
            f"Input {name!r} has at most {most:,} values; received shape "
            f"{sizes}."
        )
    try:
        return tf.make_ndarray(tensor)
    except (ValueError, TypeError) as error:
        raise invalid(f"Input {name!r} is no tensor ({error}).") from error


def _spec(servable: Servable, signature: str = "") -> model_pb2.ModelSpec:
    spec = model_pb2.ModelSpec(name=servable.name, signature_name=signature)
    spec.version.value = servable.version
    return spec
