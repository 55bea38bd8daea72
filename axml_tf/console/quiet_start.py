"""Imports TensorFlow, with oneDNN's kernels and without its screen of notes.

TensorFlow takes oneDNN's kernels by itself only on CPUs with AVX512-VNNI;
they are far quicker on all others too. The environment variable
TF_ENABLE_ONEDNN_OPTS=0 switches them off.

The notes come before any setting is heeded, and tell a user nothing to act
on. An import that fails still says so: exceptions are not written here.
"""

import os
import time
import warnings

# When this process began, but for the interpreter itself.
STARTED = time.monotonic()

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

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

# Keras warns of an attention over a single token: a document of one word.
warnings.filterwarnings("ignore", "You are using a softmax over axis")
