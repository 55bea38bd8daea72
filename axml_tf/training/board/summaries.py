"""What TensorBoard shows of a training run."""

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import keras
import tensorflow as tf
from tensorboard.plugins.hparams import api as hparams
from tensorboard.plugins.hparams import api_pb2, summary


class Summaries:
    """Writes TensorBoard's files of a run.

    Args:
        folder: TensorBoard's; made when missing.
    """

    def __init__(self, folder: str | os.PathLike):
        self._writer = tf.summary.create_file_writer(os.fspath(folder))

    def at(self, step: int) -> AbstractContextManager[Any]:
        """Context in which `tf.summary` writes here, at a step."""
        return self._writer.as_default(step)

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        """Writes a point of each curve."""
        with self.at(step):
            for name, value in values.items():
                tf.summary.scalar(name, value)

    def settings(
        self, settings: Mapping[str, Any], measures: Sequence[str]
    ) -> None:
        """Writes hyper-parameters, for the HParams page.

        Args:
            settings: values by name.
            measures: tags of the scalars that stand beside them.
        """
        values = {
            name: value if isinstance(value, bool | int | float) else str(value)
            for name, value in settings.items()
        }
        with self.at(0):
            hparams.hparams_config(
                [hparams.HParam(name) for name in values],
                [hparams.Metric(tag) for tag in measures],
            )
            hparams.hparams(values)

    def graph(self, model: keras.Model) -> None:
        """Writes the way from token ids to logits, for the Graphs page."""
        ids = tf.TensorSpec([None, None], tf.int32, "token_ids")
        function = tf.function(model.call, input_signature=[ids])
        with self.at(0):
            tf.summary.graph(function.get_concrete_function().graph)

    def finish(self, step: int) -> None:
        """Marks the run as finished, and closes its file."""
        end = summary.session_end_pb(api_pb2.STATUS_SUCCESS)
        with self.at(step):
            tf.summary.experimental.write_raw_pb(end.SerializeToString())
        self._writer.close()
