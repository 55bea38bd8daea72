"""From raw text and labels to sharded records, offline."""

from axml_tf.console import quiet_start  # noqa: F401
