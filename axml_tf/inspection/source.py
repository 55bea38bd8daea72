"""A model that can be asked how it sees a text."""

import abc
from collections.abc import Sequence

import numpy as np

from axml_tf.inspection.explanation import Explanation


class Source(abc.ABC):
    """A model that can be asked."""

    @abc.abstractmethod
    def best_labels(self, text: bytes, top_k: int) -> list[str]:
        """Names of the best labels, best first.

        Raises:
            UserError: there are not so many, or there is no answer.
        """

    @abc.abstractmethod
    def explain(self, text: bytes, names: Sequence[str]) -> Explanation:
        """How the labels of these names see a text.

        Raises:
            UserError: there is no label of such a name, or no answer.
        """

    @abc.abstractmethod
    def probabilities(
        self, texts: Sequence[bytes], names: Sequence[str]
    ) -> np.ndarray:
        """Probability of a label in each text, float `(texts,)`.

        Raises:
            UserError: as in `explain`.
        """
