"""Label propensities: how likely a true label was noticed by an annotator."""

import math

import numpy as np

DEFAULT_A = 0.55
DEFAULT_B = 1.5


def inverse_propensities(
    label_counts: np.ndarray,
    num_documents: int,
    a: float = DEFAULT_A,
    b: float = DEFAULT_B,
) -> np.ndarray:
    """Weights that count a hit the more, the rarer its label is.

    `1 + C (n_l + B)^-A` with `C = (ln N - 1) (B + 1)^A`, where label `l` has
    `n_l` of the `N` training documents. A label that no training document
    has (`n_l = 0`) gets the largest weight. With `N` below e, where `C`
    would be negative, every label weighs 1.

    Usual values of A and B: 0.5 and 0.4 for WikiLSHTC and Wiki-500K, 0.6 and
    2.6 for Amazon-670K, 0.55 and 1.5 for all others.

    Args:
        label_counts: `(labels,)`, training documents of each label.
        num_documents: training documents.
        a: float >= 0.
        b: float > 0.

    Returns:
        `(labels,)` float64, each >= 1.

    Reference:
     - [Jain et al., 2016](https://doi.org/10.1145/2939672.2939756)
    """
    if num_documents < 1:
        raise ValueError(
            "`num_documents` must be a positive integer. "
            f"Received: num_documents={num_documents}"
        )
    if not (0 <= a < math.inf and 0 < b < math.inf):
        raise ValueError(
            "`a` must be a number >= 0 and `b` a number > 0. "
            f"Received: a={a}, b={b}"
        )
    c = max(math.log(num_documents) - 1, 0.0) * (b + 1) ** a
    return 1.0 + c * (np.asarray(label_counts, np.float64) + b) ** -a
