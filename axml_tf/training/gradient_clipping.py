"""How long a step's gradient may be at most."""

import numpy as np

_NUM_RECENT = 5
# So that one long gradient does not open the door for all that follow.
_MOST_GROWTH = 2.0


class GradientLimit:
    """A fixed limit of the global norm, or one that the last steps set.

    The second is `factor` times the largest norm of the last five steps, as
    in the authors' code of AttentionXML's later version. A step counts with
    at most twice that largest norm. Theirs counts at most 1 as well, a bound
    that belongs to the scale of their loss; it is not used here.

    Args:
        norm: fixed limit; 0 for none.
        factor: of the largest recent norm; 0 for no such limit.
    """

    def __init__(self, norm: float, factor: float):
        self._norm = norm or np.inf
        self._factor = factor
        self._recent = np.zeros(0)

    def value(self) -> float:
        """Limit of the next step; infinity where there is none."""
        if not self._factor or not self._recent.any():
            return self._norm
        return min(self._norm, self._factor * self._recent.max())

    def add(self, norm: float) -> None:
        """Counts in a step, by its norm before it was clipped."""
        if not self._factor:
            return
        if len(self._recent):
            norm = min(norm, _MOST_GROWTH * self._recent.max())
        self._recent = np.append(self._recent, norm)[-_NUM_RECENT:]

    def state(self) -> dict[str, np.ndarray]:
        """What a checkpoint holds of it."""
        return {"recent": self._recent}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Resumes from a checkpoint."""
        self._recent = state["recent"]
