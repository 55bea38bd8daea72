"""Runs a SavedModel by TensorFlow's C API, as a server without Python does.

    python c_api_client.py SAVED_MODEL INPUT OUTPUT TEXT...

INPUT and OUTPUT are tensor names (`serving_default_text:0`), of strings in
and floats out, one row per text. Prints OUTPUT as JSON. TensorFlow's Python
is never imported: `ctypes` calls the library beside it.
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
    ):
        getattr(library, name).restype = ctypes.c_void_p
    library.TF_Message.restype = ctypes.c_char_p
    library.TF_Dim.restype = ctypes.c_int64
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
        self, input_name: str, output_name: str, texts: list[bytes]
    ) -> list[list[float]]:
        """Feeds strings and fetches a float matrix."""
        fetched = (ctypes.c_void_p * 1)()
        self._tf.TF_SessionRun(
            self._session,
            None,
            ctypes.byref(self._output(input_name)),
            (ctypes.c_void_p * 1)(self._strings(texts)),
            1,
            ctypes.byref(self._output(output_name)),
            fetched,
            1,
            None,
            0,
            None,
            self._status,
        )
        self._check()
        tensor = ctypes.c_void_p(fetched[0])
        rows, columns = (self._tf.TF_Dim(tensor, axis) for axis in (0, 1))
        data = ctypes.cast(
            self._tf.TF_TensorData(tensor), ctypes.POINTER(ctypes.c_float)
        )
        return [
            data[row * columns : (row + 1) * columns] for row in range(rows)
        ]

    def _strings(self, texts: list[bytes]) -> int:
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
    _, saved_model, input_name, output_name, *texts = sys.argv
    client = Client(saved_model)
    encoded = [os.fsencode(text) for text in texts]
    print(json.dumps(client.run(input_name, output_name, encoded)))
    assert "tensorflow" not in sys.modules
