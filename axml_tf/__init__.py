"""AttentionXML in TensorFlow: extreme multi-label text classification.

Reference:
 - [You et al., 2018](https://arxiv.org/abs/1811.01727)
"""

import os

from axml_tf.console.version import __version__

__all__ = ["__version__"]

# TensorFlow greets every start on a machine without a GPU with a screen of
# notes that no user can act on. Must be set before it is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
