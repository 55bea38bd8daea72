"""The library that `import axml_tf` gives: each of its names is lazy there."""

from axml_tf.console import quiet_start  # noqa: F401  # isort: skip

from axml_tf.console.errors import UserError
from axml_tf.library.functions import evaluate, load, prepare, train
from axml_tf.library.model import Model, Prediction

__all__ = [
    "Model",
    "Prediction",
    "UserError",
    "evaluate",
    "load",
    "prepare",
    "train",
]
