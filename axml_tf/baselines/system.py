"""What every sparse system does; each is a module."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
import scipy.sparse

from axml_tf.baselines.model_record import Usage
from axml_tf.baselines.training_set import TrainingSet


class System(Protocol):
    """A sparse system.

    Attributes:
        LIBRARIES: packages that it needs beside NumPy and SciPy.
        SETTINGS: what a model of it is made with, by name.
    """

    @property
    def LIBRARIES(self) -> tuple[str, ...]:
        """Names of packages."""

    @property
    def SETTINGS(self) -> Mapping[str, str | float]:
        """Values by name."""

    def train(
        self, training_set: TrainingSet, folder: Path, num_threads: int
    ) -> Usage:
        """Trains a model.

        Args:
            training_set: what it learns.
            folder: where the model is written.
            num_threads: that share the work.

        Returns:
            What it took.

        Raises:
            UserError: a library is not installed.
        """

    def predict(
        self,
        folder: Path,
        features: scipy.sparse.csr_matrix,
        top_k: int,
        num_threads: int,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The best labels of each document.

        Args:
            folder: where `train` has written.
            features: float32 `(documents, features)`.
            top_k: labels per document, at most those there are.
            num_threads: that share the work.

        Returns:
            Label ids int32, -1 where a document has fewer labels, and scores
            float32, both `(documents, top_k)`.

        Raises:
            UserError: a library is not installed, or the model is damaged.
        """
