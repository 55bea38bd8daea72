"""Both APIs in this process, over a model that answers without work."""

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import get_model_status_pb2

from axml_tf.export.server.core import Core
from axml_tf.export.server.limits import Limits
from axml_tf.export.server.metrics import Metrics
from axml_tf.export.server.request_errors import not_found
from axml_tf.export.server.rest_api import make_app
from axml_tf.export.server.servable import Servable
from axml_tf.formats import signatures

# Name, type and shape of the inputs of each signature.
INPUTS = {
    signatures.SERVE: {"text": (tf.string, [None])},
    signatures.TOKEN_IDS: {"token_ids": (tf.int32, [None, None])},
    signatures.TOP_K: {
        "text": (tf.string, [None]),
        "k": (tf.int32, [None]),
        "threshold": (tf.float32, [None]),
    },
    signatures.EXPLAIN_LABEL: {
        "text": (tf.string, [None]),
        "label": (tf.string, [None]),
    },
    signatures.CLASSIFY: {"inputs": (tf.string, [None])},
}


class IdleServable(Servable):
    """Checks requests as every servable does; its answers are all alike."""

    def __init__(self):
        self.name = "axml"
        self.version = 1
        self.signature_defs = {
            name: _definition(inputs) for name, inputs in INPUTS.items()
        }

    def run(self, signature, inputs):
        rows = len(next(iter(inputs.values())))
        probabilities = np.full((rows, 2), 0.1, np.float32)
        if signature == signatures.CLASSIFY:
            classes = np.array([[b"p\xc3\xaache", b"trade"]] * rows, object)
            return {"classes": classes, "scores": probabilities}
        labels = np.array([[b"p\xc3\xaache", b"\xff\x00"]] * rows, object)
        return {"labels": labels, "probabilities": probabilities}


class _Models:
    def __init__(self):
        self._servable = IdleServable()

    def servable(self, spec):
        if spec.name != "axml":
            raise not_found(f"Servable not found: {spec.name}")
        return self._servable

    def statuses(self, spec):
        self.servable(spec)
        return [
            get_model_status_pb2.ModelVersionStatus(
                version=self._servable.version,
                state=get_model_status_pb2.ModelVersionStatus.AVAILABLE,
            )
        ]


class _Runner:
    async def run(self, servable, signature, inputs):
        return servable.run(signature, inputs)


def idle_core(**limits):
    """What both APIs ask; the limits are the usual ones but for those given."""
    return Core(_Models(), _Runner(), Metrics(), Limits(**limits))


def idle_app():
    """The REST API's application."""
    return make_app(idle_core())


def _definition(inputs):
    definition = meta_graph_pb2.SignatureDef()
    for name, (dtype, shape) in inputs.items():
        info = definition.inputs[name]
        info.name = f"{name}:0"
        info.dtype = dtype.as_datatype_enum
        info.tensor_shape.CopyFrom(tf.TensorShape(shape).as_proto())
    return definition
