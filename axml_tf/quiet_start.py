"""Imports TensorFlow without the screen of notes it greets every start with.

They come before any setting is heeded, and tell a user nothing to act on. An
import that fails still says so: exceptions are not written here.
"""

import os

_STDERR = 2

_saved = os.dup(_STDERR)
_nowhere = os.open(os.devnull, os.O_WRONLY)
os.dup2(_nowhere, _STDERR)
try:
    import tensorflow  # noqa: F401
    import tensorflow_text  # noqa: F401
finally:
    os.dup2(_saved, _STDERR)
    os.close(_saved)
    os.close(_nowhere)
