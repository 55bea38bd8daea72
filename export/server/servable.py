"""One version of a model, loaded."""

import itertools
import os
from collections.abc import Mapping
from pathlib import Path

import grpc
import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401  Registers an op of the tokenizer.
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2
from tensorflow_serving.apis import prediction_log_pb2

from axml_tf.console.errors import UserError
from axml_tf.export.server.request_errors import RequestError, invalid
from axml_tf.export.warmup import WARMUP_FILE
from axml_tf.formats import signatures
from axml_tf.prediction.saved_model import reason

_MAX_WARMUP_REQUESTS = 1000  # TensorFlow Serving reads no more.

Arrays = dict[str, np.ndarray]
# Type and shape of each input of a signature, by name.
InputInfos = dict[str, meta_graph_pb2.TensorInfo]


class Servable:
    """A SavedModel that answers requests, from any thread.

    Args:
        path: folder of the version.
        name: name of the model.
        version: number of the version.

    Raises:
        UserError: it is damaged.
    """

    def __init__(self, path: Path, name: str, version: int) -> None:
        self.name = name
        self.version = version
        try:
            self._loaded = tf.saved_model.load(os.fspath(path))
            saved_model = saved_model_pb2.SavedModel.FromString(
                (path / "saved_model.pb").read_bytes()
            )
        except (tf.errors.OpError, OSError) as error:
            raise UserError(f"{path} cannot be loaded ({error}).") from error
        self.signature_defs = {
            name: definition
            for name, definition in saved_model.meta_graphs[
                0
            ].signature_def.items()
            if not name.startswith("__")
        }
        try:
            self._warm_up(path / WARMUP_FILE)
        except (
            *(tf.errors.OpError, RequestError),
            *(DecodeError, TypeError, ValueError),
        ) as error:
            raise UserError(
                f"{path / WARMUP_FILE} is damaged ({error})."
            ) from error

    def run(self, signature: str, inputs: Arrays) -> Arrays:
        """Runs a signature on inputs that `check` has passed.

        Raises:
            RequestError: the graph refuses their content.
        """
        function = self._loaded.signatures[signature]
        tensors = {name: tf.constant(x) for name, x in inputs.items()}
        try:
            outputs = function(**tensors)
            return {name: x.numpy() for name, x in outputs.items()}
        except tf.errors.OpError as error:
            raise _request_error(error) from error
        except UnicodeDecodeError as error:
            # TensorFlow's own words repeat what it refuses.
            raise invalid("An input is wrong, and no UTF-8.") from error

    def check(self, signature: str, inputs: Mapping[str, np.ndarray]) -> Arrays:
        """Checks inputs against a signature.

        Args:
            signature: its name.
            inputs: arrays by name.

        Returns:
            The inputs in its types.

        Raises:
            RequestError: there is no such signature, or names, types or
                shapes do not fit it, or a row is no `tf.train.Example`.
        """
        wanted = self.inputs_of(signature)
        if inputs.keys() != wanted.keys():
            raise invalid(
                f"Signature {signature!r} takes the inputs "
                f"{sorted(wanted)}; received {sorted(inputs)}."
            )
        checked = {
            name: _checked(name, inputs[name], info)
            for name, info in wanted.items()
        }
        sizes = {name: len(array) for name, array in checked.items()}
        if len(set(sizes.values())) > 1:
            raise invalid(
                f"All inputs must have the same number of rows; received "
                f"{sizes}."
            )
        if signature in (signatures.EXAMPLES, signatures.CLASSIFY):
            checked = {name: _examples(x) for name, x in checked.items()}
        return checked

    def inputs_of(self, signature: str) -> InputInfos:
        """Descriptions of a signature's inputs, by name.

        Raises:
            RequestError: there is no such signature.
        """
        if signature not in self.signature_defs:
            # TensorFlow Serving's code and words for it.
            raise RequestError(
                grpc.StatusCode.FAILED_PRECONDITION,
                f'Serving signature key "{signature}" not found.',
            )
        return dict(self.signature_defs[signature].inputs)

    def _warm_up(self, path: Path) -> None:
        """Makes the first request as quick as the others."""
        if not path.is_file():
            return
        records = tf.data.TFRecordDataset(os.fspath(path))
        for record in itertools.islice(
            records.as_numpy_iterator(), _MAX_WARMUP_REQUESTS
        ):
            log = prediction_log_pb2.PredictionLog.FromString(record)
            request = log.predict_log.request
            signature = request.model_spec.signature_name or signatures.SERVE
            inputs = {
                name: tf.make_ndarray(tensor)
                for name, tensor in request.inputs.items()
            }
            self.run(signature, self.check(signature, inputs))


def _checked(
    name: str, array: np.ndarray, info: meta_graph_pb2.TensorInfo
) -> np.ndarray:
    dtype = tf.as_dtype(info.dtype)
    received = tf.as_dtype(array.dtype)
    if received != dtype:
        raise invalid(
            f"Input {name!r} must be of type {dtype.name}; received "
            f"{received.name}."
        )
    shape = tf.TensorShape(info.tensor_shape)
    if not shape.is_compatible_with(array.shape):
        raise invalid(
            f"Input {name!r} must be of shape {shape.as_list()}; received "
            f"{list(array.shape)}."
        )
    return array


def _examples(rows: np.ndarray) -> np.ndarray:
    """Serialized examples, refused here if they are none.

    TensorFlow's parser would put such a row into its message, and search that
    for a time that grows with the square of its length.
    """
    parsed = []
    for number, row in enumerate(rows):
        try:
            example = tf.train.Example.FromString(row)
        except DecodeError as error:
            raise invalid(f"Row {number} is no tf.train.Example.") from error
        example.DiscardUnknownFields()
        parsed.append(example.SerializeToString())
    return np.array(parsed, object)


def _request_error(error: tf.errors.OpError) -> RequestError:
    codes = {code.value[0]: code for code in grpc.StatusCode}
    return RequestError(codes[error.error_code], reason(error.message))
