"""From a trained model to a SavedModel that TF Serving answers text with."""

from axml_tf.console import quiet_start  # noqa: F401
