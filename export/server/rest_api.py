"""TensorFlow Serving's REST API."""

import functools
import json
import re
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler
from google.protobuf import json_format
from google.protobuf.message import Message
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_pb2,
)

from axml_tf.export.server import grpc_api, json_tensors
from axml_tf.export.server.core import Core
from axml_tf.export.server.metrics import PATH as METRICS_PATH
from axml_tf.export.server.request_errors import RequestError, invalid
from axml_tf.export.server.rest_limits import bounded

_MODEL = "/v1/models/{name}"
_PLACES = (
    _MODEL,
    _MODEL + r"/versions/{version:\d+}",
    _MODEL + "/labels/{label}",
)


def make_app(core: Core) -> web.Application:
    """The routes of the API, and of the metrics."""
    app = web.Application(
        client_max_size=core.limits.max_request_bytes,
        middlewares=[_whole, bounded(core.limits)],
    )
    api = _Api(core)
    for place in _PLACES:
        # A name or a label holds no colon.
        path = place.replace("{name}", "{name:[^/:]+}").replace(
            "{label}", "{label:[^/:]+}"
        )
        app.router.add_post(f"{path}:predict", api.predict)
        app.router.add_get(path, api.status)
        app.router.add_get(f"{path}/metadata", api.metadata)
    app.router.add_get(METRICS_PATH, api.metrics)
    return app


@web.middleware
async def _whole(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses a body that is not as its headers say."""
    try:
        return await handler(request)
    except web.RequestPayloadError:
        return _json(
            {"error": "The body is cut short, or not of its Content-Encoding."},
            400,
        )


_Method = Callable[["_Api", web.Request], Awaitable[web.Response]]


def _refusing(method: _Method) -> _Method:
    """Answers a `RequestError` as TensorFlow Serving does."""

    @functools.wraps(method)
    async def wrapped(self: "_Api", request: web.Request) -> web.Response:
        try:
            return await method(self, request)
        except RequestError as error:
            return _json({"error": error.message}, error.http_status)

    return wrapped


class _Api:
    def __init__(self, core: Core) -> None:
        self._core = core

    @_refusing
    async def predict(self, request: web.Request) -> web.Response:
        spec = _spec(request)
        body = json_tensors.parse(await request.read())
        spec.signature_name = body.signature
        answer = await self._core.predict(
            spec, functools.partial(json_tensors.to_arrays, body), "REST"
        )
        return _json(json_tensors.to_body(answer.outputs, body.by_row))

    @_refusing
    async def status(self, request: web.Request) -> web.Response:
        response = get_model_status_pb2.GetModelStatusResponse(
            model_version_status=self._core.models.statuses(_spec(request))
        )
        return _json(_as_dict(response))

    @_refusing
    async def metadata(self, request: web.Request) -> web.Response:
        servable = self._core.models.servable(_spec(request))
        response = grpc_api.metadata(servable, ["signature_def"])
        definitions = get_model_metadata_pb2.SignatureDefMap()
        response.metadata["signature_def"].Unpack(definitions)
        return _json(
            {
                "model_spec": _as_dict(response.model_spec),
                "metadata": {"signature_def": _as_dict(definitions)},
            }
        )

    async def metrics(self, request: web.Request) -> web.Response:
        return web.Response(
            body=self._core.metrics.page(), content_type="text/plain"
        )


def _spec(request: web.Request) -> model_pb2.ModelSpec:
    place = request.match_info
    spec = model_pb2.ModelSpec(
        name=place["name"], version_label=place.get("label")
    )
    if "version" in place:
        version = place["version"]
        if not re.fullmatch(r"[0-9]{1,18}", version):
            raise invalid(f"Failed to convert version: {version} to numeric.")
        spec.version.value = int(version)
    return spec


def _as_dict(message: Message) -> dict:
    return json_format.MessageToDict(
        message,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
    )


def _json(value: dict, status: int = 200) -> web.Response:
    return web.json_response(
        value, status=status, dumps=functools.partial(json.dumps, indent=1)
    )
