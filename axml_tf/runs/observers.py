"""What watches a training run without being part of it."""

from collections.abc import Mapping


class Observer:
    """Is told of a run's moments; a subclass says which it heeds.

    Nothing that it does may change the run.
    """

    def run_begins(self) -> None:
        """Before the first step of a run that is not resumed."""

    def steps_are_made(self, step: int, figures: Mapping[str, float]) -> None:
        """Every few steps.

        Args:
            step: steps made in all.
            figures: `loss`, `documents_per_second`, `gradient_norm` and
                `learning_rate`.
        """

    def is_validated(
        self, step: int, measures: Mapping[str, float], is_best: bool
    ) -> None:
        """After a validation.

        Args:
            step: steps made in all.
            measures: of the dev split, in [0, 1], by name.
            is_best: whether nDCG@5 is the best so far.
        """

    def epoch_ends(self, epoch: int, step: int) -> None:
        """After an epoch and its validation.

        Args:
            epoch: epochs made in all.
            step: steps made in all.
        """

    def run_ends(self, step: int) -> None:
        """When a run is finished, not when it is cut off."""
