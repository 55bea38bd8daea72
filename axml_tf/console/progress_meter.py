"""Progress bar of an epoch."""

import os
import time

from tqdm import tqdm

# Share of the newest step in the smoothed figures.
_SMOOTHING = 0.05


class ProgressMeter:
    """Shows an epoch's progress; keeps smoothed loss and documents a second.

    Args:
        name: what stands before the bar.
        num_documents: documents of the whole epoch.
        done: documents of it that an earlier run has seen.

    Attributes:
        loss: smoothed loss; NaN before the first step.
        rate: smoothed documents per second; 0 before the first step. The
            time of validations does not count.
    """

    def __init__(self, name: str, num_documents: int, done: int) -> None:
        self._bar = tqdm(
            desc=name,
            total=num_documents,
            initial=min(done, num_documents),
            unit=" docs",
            smoothing=0,
            dynamic_ncols=True,
            # A log file gets a line now and then, not ten a second.
            mininterval=0.5 if os.isatty(2) else 30,
        )
        self.loss = float("nan")
        self.rate = 0.0
        self._last = time.monotonic()

    def __enter__(self) -> "ProgressMeter":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def update(self, loss: float, num_documents: int) -> None:
        """Counts one step in.

        Args:
            loss: of the step.
            num_documents: documents of the step.
        """
        now = time.monotonic()
        rate = num_documents / max(now - self._last, 1e-9)
        self._last = now
        first = self.loss != self.loss
        share = 1.0 if first else _SMOOTHING
        self.loss = loss if first else self.loss + share * (loss - self.loss)
        self.rate += share * (rate - self.rate)
        self._bar.set_postfix_str(f"loss {self.loss:.5f}", refresh=False)
        self._bar.update(num_documents)

    def write(self, line: str) -> None:
        """Prints a line above the bar; time until now does not count."""
        self._bar.write(line)
        self._last = time.monotonic()
