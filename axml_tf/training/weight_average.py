"""Stochastic weight averaging: the mean of the weights of many moments."""

import numpy as np


class WeightAverage:
    """Mean of the weights that were added, each alike.

    Reference:
     - [Izmailov et al., 2018](https://arxiv.org/abs/1803.05407)
    """

    def __init__(self) -> None:
        self._count = 0
        self._mean: list[np.ndarray] = []

    def including(self, weights: list[np.ndarray]) -> list[np.ndarray]:
        """The mean of these and of all that were added; adds nothing.

        Args:
            weights: of the model, as `get_weights` has them.
        """
        if not self._count:
            return weights
        return [
            mean + (weight - mean) / (self._count + 1)
            for mean, weight in zip(self._mean, weights, strict=True)
        ]

    def add(self, weights: list[np.ndarray]) -> None:
        """Counts weights in."""
        self._mean = self.including(weights)
        self._count += 1

    def state(self) -> dict[str, np.ndarray | int]:
        """What a checkpoint holds of it."""
        means = {f"mean/{i}": mean for i, mean in enumerate(self._mean)}
        return {"count": self._count, **means}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Resumes from a checkpoint."""
        self._count = int(state["count"])
        self._mean = [state[f"mean/{i}"] for i in range(len(state) - 1)]
