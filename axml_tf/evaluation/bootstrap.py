"""Confidence intervals of corpus measures, by resampling documents."""

import numpy as np

# Resamples drawn at once: (resamples, documents) counts stay small.
_BLOCK_ELEMENTS = 4_000_000


def resampled_measures(
    value: np.ndarray, best: np.ndarray, num_samples: int, seed: int
) -> np.ndarray:
    """Measures of corpora drawn anew from the documents, with replacement.

    All columns see the same resamples, so that differences of columns are
    differences on the same documents.

    Args:
        value: `(documents, columns)`, see `ranking.DocumentValues`.
        best: `(documents, columns)`; a measure is `sum(value) / sum(best)`.
        num_samples: resamples.
        seed: of the draws; equal seeds give equal results.

    Returns:
        `(num_samples, columns)` float64; 0 where `sum(best)` is 0.
    """
    num_documents = len(value)
    rng = np.random.default_rng(seed)
    block = max(1, _BLOCK_ELEMENTS // num_documents)
    results = []
    for start in range(0, num_samples, block):
        counts = np.stack(
            [
                np.bincount(
                    rng.integers(num_documents, size=num_documents),
                    minlength=num_documents,
                )
                for _ in range(min(block, num_samples - start))
            ]
        ).astype(np.float64)
        reached, possible = counts @ value, counts @ best
        results.append(
            np.divide(
                reached,
                possible,
                out=np.zeros_like(reached),
                where=possible > 0,
            )
        )
    return np.concatenate(results)


def interval(
    samples: np.ndarray, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile interval of every column.

    Args:
        samples: `(num_samples, columns)`.
        level: share of the samples that the interval holds.

    Returns:
        Lower and upper ends, each `(columns,)` float64.

    Reference:
     - Efron and Tibshirani, 1993, An Introduction to the Bootstrap, ch. 13
    """
    tail = 50 * (1 - level)
    low, high = np.percentile(samples, [tail, 100 - tail], axis=0)
    return low, high
