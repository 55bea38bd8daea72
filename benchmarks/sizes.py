"""What is measured: the sizes of models and batches, and their work.

Needed floating-point operations, a multiplication and an addition each, of
matrix products only. Forward:

    BiLSTM       2 B T (d + n) 8 n
    values       2 B T 2n b
    attention    2 B T L (2n + b)
    second layer 2 B L b c

with batch B, tokens T, word vectors d, LSTM units n in each direction, labels
L, fully connected layers b and, if there is one, c. Training takes three
times that: a product's gradient is two products of the same size. The paper's
order of things would need 2 B L 2n b more, and 2 B T L (2n - b) more; what is
not needed does not count as work.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np


@dataclasses.dataclass(frozen=True)
class Size:
    """Shapes of a model and of its batches."""

    batch: int
    tokens: int
    embedding_dim: int
    hidden_dim: int
    num_labels: int
    fc_dims: tuple[int, ...]
    vocab_size: int = 50_000
    labels_per_document: int = 5

    def __post_init__(self) -> None:
        # A worker is sent a list.
        object.__setattr__(self, "fc_dims", tuple(self.fc_dims))

    def forward_flops(self) -> float:
        """Needed floating-point operations of a forward pass."""
        first, *rest = self.fc_dims
        tokens = self.batch * self.tokens
        units = self.hidden_dim
        per_token = (
            (self.embedding_dim + units) * 8 * units
            + 2 * units * first
            + self.num_labels * (2 * units + first)
        )
        per_label = sum(first * width for width in rest)
        return 2.0 * (
            tokens * per_token + self.batch * self.num_labels * per_label
        )

    def training_flops(self) -> float:
        """Needed floating-point operations of a training step."""
        return 3 * self.forward_flops()

    def random_batch(
        self, lengths: Sequence[int] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Always the same random documents and labels.

        Args:
            lengths: words of each document; all tokens by default.

        Returns:
            Word ids int32 `(batch, longest)`, from 2 on and padded with 0,
            and label ids int32 `(batch, labels_per_document)`.
        """
        rng = np.random.default_rng(0)
        shape = (self.batch, self.tokens)
        token_ids = rng.integers(2, self.vocab_size, shape, np.int32)
        shape = (self.batch, self.labels_per_document)
        label_ids = rng.integers(0, self.num_labels, shape, np.int32)
        if lengths is not None:
            is_word = np.arange(self.tokens) < np.array(lengths)[:, None]
            token_ids = (token_ids * is_word)[:, : max(lengths)]
        return token_ids, label_ids


_MEDIUM = Size(40, 500, 300, 256, 3_956, (256,))

SIZES = {
    # The paper's medium-scale settings on EUR-Lex and on Wiki10-31K.
    "medium": _MEDIUM,
    "wiki10": dataclasses.replace(_MEDIUM, num_labels=30_938),
    # Its large-scale settings on WikiLSHTC.
    "large": Size(40, 128, 300, 512, 36_504, (512, 256)),
    # What ./run quickstart trains.
    "quickstart": Size(40, 150, 100, 128, 588, (128,), vocab_size=20_000),
}
