"""Bodies of requests, and what the REST API makes of one up to the model."""

import json

from served_signatures import INPUTS, IdleServable

from axml_tf.export.server import json_tensors
from axml_tf.export.server.request_errors import RequestError
from axml_tf.export.server.servable import Arrays
from axml_tf.formats import signatures

BODIES = [
    json.dumps(body).encode()
    for body in (
        {"instances": ["fish", {"b64": "/wA="}, "quota 1998"]},
        {"inputs": {"text": ["fish", "p\u00eache"]}},
        {
            "signature_name": "top_k",
            "instances": [
                {"text": "fish", "k": 3, "threshold": 0.5},
                {"text": "", "k": 1, "threshold": 0},
            ],
        },
        {"signature_name": "token_ids", "inputs": [[2, 3, 0], [1, 0, 0]]},
        {
            "signature_name": "explain_label",
            "inputs": {"text": ["fish"], "label": [{"b64": "cMOqY2hl"}]},
        },
    )
]

_SERVABLE = IdleServable()


def arrays_of(body: bytes) -> Arrays | None:
    """The tensors that a body stands for; None if it is refused.

    Raises:
        AssertionError: neither tensors of the signature's types and shapes,
            nor a refusal that blames the caller.
    """
    try:
        request = json_tensors.parse(body)
        signature = request.signature or signatures.SERVE
        arrays = json_tensors.to_arrays(request, _SERVABLE.inputs_of(signature))
        arrays = _SERVABLE.check(signature, arrays)
    except RequestError as error:
        assert 400 <= error.http_status < 500
        assert error.message
        return None
    for name, (dtype, shape) in INPUTS[signature].items():
        array = arrays[name]
        assert array.ndim == len(shape)
        assert array.dtype == dtype.as_numpy_dtype
        if array.dtype == object:
            assert all(isinstance(x, bytes) for x in array.flat)
    json.dumps(json_tensors.to_body(arrays, request.by_row))
    return arrays
