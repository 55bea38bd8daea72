"""Attention on a few documents of the dev split, for TensorBoard."""

import dataclasses
import json
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_TENSOR

from axml_tf.inspection.explanation import Explanation
from axml_tf.inspection.picture import draw
from axml_tf.inspection.source import Source
from axml_tf.inspection.split_documents import Document
from axml_tf.inspection.tensorboard_plugin import PLUGIN_NAME, tag_of

# Labels in a picture.
_DRAWN_LABELS = 2


class AttentionSummaries:
    """Shows how attention sharpens while a model is trained.

    Args:
        source: the model; its weights change from step to step.
        documents: the ones to show, always the same.
        top_k: best labels to show, beside the true ones.
    """

    def __init__(
        self, source: Source, documents: Sequence[Document], top_k: int
    ):
        self._source = source
        self._documents = documents
        self._top_k = top_k

    def write(self, step: int) -> None:
        """Writes to the default summary writer.

        For each document how its true and the best labels see it, for
        TensorBoard's page of `inspection/tensorboard_plugin.py`, and as a
        picture for where that page is not installed; and over all of them
        the mean entropy of the true labels' attention, as a share of the
        largest: 1 looks everywhere alike, 0 at one word.
        """
        entropies = []
        for document in self._documents:
            shown = self._explain(document)
            tf.summary.write(
                tag_of(document.id, step),
                json.dumps(shown.to_view()),
                step,
                _metadata(),
            )
            picture = draw(shown, _DRAWN_LABELS)
            tf.summary.image(f"attention/{document.id}", picture[None], step)
            entropies += [
                entropy_share(label.attention)
                for label in shown.labels
                if label.is_true and len(label.attention) > 1
            ]
        if entropies:
            tf.summary.scalar("dev/attention_entropy", np.mean(entropies), step)

    def _explain(self, document: Document) -> Explanation:
        names = list(document.true_labels)
        best = self._source.best_labels(document.text, self._top_k)
        names += [name for name in best if name not in names]
        shown = self._source.explain(document.text, names)
        return _read_part(shown.of_document(document.id, document.true_labels))


def entropy_share(attention: np.ndarray) -> float:
    """Entropy as a share of that of equal attention to every word.

    Args:
        attention: float `(words,)` of at least two words, sums to 1.

    Returns:
        A number in [0, 1].
    """
    seen = attention[attention > 0]
    return float(-(seen * np.log(seen)).sum() / np.log(len(attention)))


def _read_part(shown: Explanation) -> Explanation:
    """Without what was not read: it is stored at every step."""
    end = shown.ends[-1] if len(shown.ends) else 0
    return dataclasses.replace(shown, text=shown.text[:end])


def _metadata() -> tf.compat.v1.SummaryMetadata:
    return tf.compat.v1.SummaryMetadata(
        plugin_data={"plugin_name": PLUGIN_NAME},
        data_class=DATA_CLASS_TENSOR,
    )
