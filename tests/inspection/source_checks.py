"""What every source must answer, whatever it asks itself."""

from typing import NamedTuple

import numpy as np
import pytest

from axml_tf.console.errors import UserError
from axml_tf.inspection.source import Source


class Asked(NamedTuple):
    """A text, and what a plain computation makes of it.

    Attributes:
        text: more words than the model reads.
        names: of all labels, by id.
        probabilities: of all labels, by id.
        attention: of all labels, by id, to the words that are read.
    """

    text: bytes
    names: list[str]
    probabilities: np.ndarray
    attention: np.ndarray


def check_best_labels(source: Source, asked: Asked) -> None:
    best = np.argsort(-asked.probabilities, kind="stable")[:4]
    found = source.best_labels(asked.text, 4)
    assert found == [asked.names[i] for i in best]


def check_explanation(source: Source, asked: Asked) -> None:
    chosen = [7, 2, 9]
    shown = source.explain(asked.text, [asked.names[i] for i in chosen])
    assert " ".join(shown.words()) == " ".join(asked.text.decode().split()[:32])
    for label, i in zip(shown.labels, chosen, strict=True):
        assert label.name == asked.names[i]
        assert label.probability == pytest.approx(
            asked.probabilities[i], abs=1e-5
        )
        np.testing.assert_allclose(
            label.attention, asked.attention[i], atol=1e-5
        )


def check_probabilities(source: Source, asked: Asked) -> None:
    found = source.probabilities(
        [asked.text, b"", asked.text], [asked.names[i] for i in (3, 3, 5)]
    )
    assert found.shape == (3,)
    np.testing.assert_allclose(
        found[[0, 2]], asked.probabilities[[3, 5]], atol=1e-5
    )


def check_mistakes(source: Source, asked: Asked) -> None:
    for ask, words in (
        (lambda: source.explain(asked.text, ["no label"]), "of this name"),
        (lambda: source.best_labels(asked.text, 99), "99|from 1 to"),
    ):
        with pytest.raises(UserError, match=words) as error:
            ask()
        assert "\n" not in str(error.value)


AWKWARD = (b"", b"x", b"\xff\x00", b"a " * 300_000)


def check_awkward_text(source: Source, asked: Asked, text: bytes) -> None:
    shown = source.explain(text, asked.names[:2])
    # A byte that is no UTF-8 counts as a letter.
    assert len(shown.starts) == min(32, len(text.replace(b"\0", b"").split()))
    for label in shown.labels:
        assert label.attention.sum() == pytest.approx(
            1.0 if len(shown.starts) else 0.0, abs=1e-5
        )
