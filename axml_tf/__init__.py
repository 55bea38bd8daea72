"""AttentionXML in TensorFlow: extreme multi-label text classification.

    import axml_tf

    data = axml_tf.prepare(train, test=test, out="data")
    model = axml_tf.train(data, "model", max_epochs=5)
    model.predict(["a text", "another"], top_k=5)

Importing it costs no TensorFlow; the first name that is used does.

Reference:
 - [You et al., 2018](https://arxiv.org/abs/1811.01727)
"""

import os
import sys
from typing import TYPE_CHECKING

from axml_tf.console import old_spellings
from axml_tf.console.version import __version__

if TYPE_CHECKING:
    from axml_tf.library import (
        Model,
        Prediction,
        UserError,
        evaluate,
        load,
        prepare,
        train,
    )

__all__ = [
    "Model",
    "Prediction",
    "UserError",
    "__version__",
    "evaluate",
    "load",
    "prepare",
    "train",
]

# TensorFlow greets every start on a machine without a GPU with a screen of
# notes that no user can act on. Must be set before it is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Python is still looking for the module that `-m` names.
if sys.argv[:1] == ["-m"]:
    old_spellings.refuse(sys.orig_argv)


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from axml_tf import library

    return vars(library)[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
