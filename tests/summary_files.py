"""Reads TensorBoard's files event by event."""

from collections.abc import Iterator
from pathlib import Path

import tensorflow as tf


def summaries(folder: Path) -> Iterator[tf.compat.v1.Summary.Value]:
    """Every value that was written."""
    for event in _events(folder):
        yield from event.summary.value


def scalars(folder: Path) -> dict[str, dict[int, float]]:
    """Points of each curve, by tag and step."""
    curves = {}
    for event in _events(folder):
        for value in event.summary.value:
            array = tf.make_ndarray(value.tensor)
            if array.dtype.kind == "f" and array.ndim == 0:
                curves.setdefault(value.tag, {})[event.step] = float(array)
    return curves


def graphs(folder: Path) -> list[tf.compat.v1.GraphDef]:
    """Graphs that were written."""
    return [
        tf.compat.v1.GraphDef.FromString(event.graph_def)
        for event in _events(folder)
        if event.graph_def
    ]


def _events(folder: Path) -> Iterator[tf.compat.v1.Event]:
    for path in sorted(folder.glob("events.out.tfevents.*")):
        for record in tf.data.TFRecordDataset(str(path)):
            yield tf.compat.v1.Event.FromString(record.numpy())
