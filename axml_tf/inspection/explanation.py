"""What a model made of one text."""

import dataclasses
from collections.abc import Collection
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class LabelView:
    """How one label sees the text.

    Attributes:
        name: of the label.
        probability: in [0, 1].
        attention: float `(words,)`, the share of each word; sums to 1, or to
            0 in a text without words.
        is_true: whether the label is one of the document's; None where that
            is not known.
    """

    name: str
    probability: float
    attention: np.ndarray
    is_true: bool | None = None


@dataclasses.dataclass(frozen=True)
class Explanation:
    """A text, its words, and how labels see them.

    Attributes:
        text: as it was given, any bytes.
        starts: int `(words,)`, byte offset of each word that was read.
        ends: int `(words,)`, one past its end.
        labels: in the order in which they are shown.
        title: what to call the text: the id of a document, or "".
    """

    text: bytes
    starts: np.ndarray
    ends: np.ndarray
    labels: tuple[LabelView, ...]
    title: str = ""

    def of_document(
        self, title: str, true_labels: Collection[str]
    ) -> "Explanation":
        """The same with what is known of the text.

        Args:
            title: id of the document; "" if nothing is known.
            true_labels: names of its labels.
        """
        if not title:
            return self
        labels = tuple(
            dataclasses.replace(label, is_true=label.name in true_labels)
            for label in self.labels
        )
        return dataclasses.replace(self, title=title, labels=labels)

    def words(self) -> list[str]:
        """The words that were read, as they are written."""
        return [
            decode(self.text[start:end])
            for start, end in zip(self.starts, self.ends, strict=True)
        ]

    def gaps(self) -> list[str]:
        """What stands before each word, and what stands behind the last."""
        ends = [0, *self.ends]
        starts = [*self.starts, len(self.text)]
        return [
            decode(self.text[end:start])
            for end, start in zip(ends, starts, strict=True)
        ]

    def to_json(self) -> dict[str, Any]:
        """For other programs, ready for `json.dumps`.

        Returns:
            `title`; `text`; `words`, a list of `word`, `start` and `end` in
            bytes of the text as UTF-8; `labels`, a list of `name`,
            `probability`, `true` (null where it is not known) and
            `attention`, a number for each word. Bytes that are no UTF-8
            stand as U+FFFD in `text`, which has other offsets then.
        """
        spans = zip(
            self.words(), self.starts.tolist(), self.ends.tolist(), strict=True
        )
        return {
            "title": self.title,
            "text": decode(self.text),
            "words": [
                {"word": word, "start": start, "end": end}
                for word, start, end in spans
            ],
            "labels": [_label_to_json(label) for label in self.labels],
        }

    def to_view(self) -> dict[str, Any]:
        """What `view.js` shows, ready for `json.dumps`."""
        return {
            "title": self.title,
            "gaps": self.gaps(),
            "words": self.words(),
            "labels": [_label_to_json(label) for label in self.labels],
        }


def decode(text: bytes) -> str:
    """Text of bytes; what is no UTF-8 becomes U+FFFD."""
    return text.decode("utf-8", "replace")


def _label_to_json(label: LabelView) -> dict[str, Any]:
    return {
        "name": label.name,
        "probability": round(float(label.probability), 6),
        "true": label.is_true,
        "attention": [round(float(share), 6) for share in label.attention],
    }
