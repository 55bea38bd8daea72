"""Runs a SavedModel by TensorFlow's C API, as a server without Python does.

    python c_api_client.py SAVED_MODEL INPUT LABELS SCORES TEXT...

INPUT, LABELS and SCORES are tensor names (`serving_default_text:0`), of
strings in, strings and floats out, one row per text. Prints both outputs as
JSON. TensorFlow's Python is never imported: `ctypes` calls the library beside
it.
"""

import ctypes
import glob
import importlib.util
import json
import os
import sys

_STRING = 7  # TF_DataType
_TSTRING_BYTES = 24  # sizeof(TF_TString)


class _Output(ctypes.Structure):
    _fields_ = (("operation", ctypes.c_void_p), ("index", ctypes.c_int))


def _folder(package: str) -> str:
    (folder,) = importlib.util.find_spec(package).submodule_search_locations
    return folder


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(
        os.path.join(_folder("tensorflow"), "libtensorflow_cc.so.2"),
        mode=ctypes.RTLD_GLOBAL,
    )
    for name in (
        "TF_NewStatus",
        "TF_LoadLibrary",
        "TF_NewGraph",
        "TF_NewSessionOptions",
        "TF_LoadSessionFromSavedModel",
        "TF_GraphOperationByName",
        "TF_AllocateTensor",
        "TF_TensorData",
        "TF_StringGetDataPointer",
    ):
        getattr(library, name).restype = ctypes.c_void_p
    library.TF_Message.restype = ctypes.c_char_p
    library.TF_Dim.restype = ctypes.c_int64
    library.TF_StringGetSize.restype = ctypes.c_size_t
    return library


class Client:
    """A session over one SavedModel."""

    def __init__(self, saved_model: str):
        self._tf = _library()
        self._status = ctypes.c_void_p(self._tf.TF_NewStatus())
        ops = os.path.join(_folder("tensorflow_text"), "python", "ops", "*.so")
        for path in glob.glob(ops):
            self._tf.TF_LoadLibrary(path.encode(), self._status)
            self._check()
        self._graph = ctypes.c_void_p(self._tf.TF_NewGraph())
        self._session = ctypes.c_void_p(
            self._tf.TF_LoadSessionFromSavedModel(
                ctypes.c_void_p(self._tf.TF_NewSessionOptions()),
                None,
                saved_model.encode(),
                (ctypes.c_char_p * 1)(b"serve"),
                1,
                self._graph,
                None,
                self._status,
            )
        )
        self._check()

    def run(
        self, input_name: str, output_names: list[str], texts: list[bytes]
    ) -> list[list[list]]:
        """Feeds strings and fetches matrices of strings or floats."""
        count = len(output_names)
        fetched = (ctypes.c_void_p * count)()
        self._tf.TF_SessionRun(
            self._session,
            None,
            ctypes.byref(self._output(input_name)),
            (ctypes.c_void_p * 1)(self._new_strings(texts)),
            1,
            (_Output * count)(*map(self._output, output_names)),
            fetched,
            count,
            None,
            0,
            None,
            self._status,
        )
        self._check()
        return [self._rows(ctypes.c_void_p(tensor)) for tensor in fetched]

    def _rows(self, tensor: ctypes.c_void_p) -> list[list]:
        rows, columns = (self._tf.TF_Dim(tensor, axis) for axis in (0, 1))
        start = self._tf.TF_TensorData(tensor)
        if self._tf.TF_TensorType(tensor) == _STRING:
            values = [
                self._string(start + i * _TSTRING_BYTES)
                for i in range(rows * columns)
            ]
        else:
            values = ctypes.cast(start, ctypes.POINTER(ctypes.c_float))
        return [
            values[row * columns : (row + 1) * columns] for row in range(rows)
        ]

    def _string(self, address: int) -> str:
        string = ctypes.c_void_p(address)
        return ctypes.string_at(
            self._tf.TF_StringGetDataPointer(string),
            self._tf.TF_StringGetSize(string),
        ).decode("utf-8")

    def _new_strings(self, texts: list[bytes]) -> int:
        tensor = self._tf.TF_AllocateTensor(
            _STRING,
            (ctypes.c_int64 * 1)(len(texts)),
            1,
            ctypes.c_size_t(_TSTRING_BYTES * len(texts)),
        )
        data = self._tf.TF_TensorData(ctypes.c_void_p(tensor))
        for row, text in enumerate(texts):
            string = ctypes.c_void_p(data + row * _TSTRING_BYTES)
            self._tf.TF_StringInit(string)
            self._tf.TF_StringCopy(string, text, ctypes.c_size_t(len(text)))
        return tensor

    def _output(self, name: str) -> _Output:
        operation, _, index = name.partition(":")
        return _Output(
            self._tf.TF_GraphOperationByName(self._graph, operation.encode()),
            int(index),
        )

    def _check(self) -> None:
        if self._tf.TF_GetCode(self._status):
            raise RuntimeError(self._tf.TF_Message(self._status).decode())


if __name__ == "__main__":
    _, saved_model, input_name, labels_name, scores_name, *texts = sys.argv
    client = Client(saved_model)
    encoded = [os.fsencode(text) for text in texts]
    names = [labels_name, scores_name]
    print(json.dumps(client.run(input_name, names, encoded)))
    assert "tensorflow" not in sys.modules
