"""P@k and nDCG@k as Keras metrics and as functions of tensors.

The same measures, one value per document and without Keras, stand in
`evaluation/ranking.py`; a test compares both. Conventions: ties go to the
lowest label id; a document without a true label has the value 0 and is
counted; with fewer than k labels what is missing is a miss, and P@k still
divides by k.
"""

import math

import keras
from keras import KerasTensor, ops


@keras.saving.register_keras_serializable(package="axml_tf")
class PrecisionAtK(keras.metrics.MeanMetricWrapper):
    """Mean share of true labels among the k best: P@k (eq. 7).

    `P@k = 1/k sum_{l <= k} y[rank(l)]`

    Args:
        k: int.
        name: Optional string; `precision_at_{k}` by default.
        dtype: Optional dtype of the sums; float32 by default.

    Call arguments:
        y_true: Multi-hot tensor of shape `(batch, num_labels)`.
        y_pred: Scores of shape `(batch, num_labels)`: logits or
            probabilities.
        sample_weight: Optional tensor of shape `(batch,)`.

    Reference:
     - [You et al., 2018](https://arxiv.org/abs/1811.01727), eq. 7
    """

    def __init__(self, k, name=None, dtype=None):
        _check_k(k)
        super().__init__(
            _dense_precision_at_k,
            name=name or f"precision_at_{k}",
            dtype=dtype,
            k=k,
        )
        self.k = k
        self._direction = "up"

    def get_config(self):
        return {"k": self.k, "name": self.name, "dtype": self.dtype}


@keras.saving.register_keras_serializable(package="axml_tf")
class NDCGAtK(keras.metrics.MeanMetricWrapper):
    """Mean normalized discounted cumulative gain of the k best (eq. 8).

    `nDCG@k = sum_{l <= k} y[rank(l)] / log(l + 1)`, divided by
    `sum_{l <= min(k, |y|)} 1 / log(l + 1)`.

    A multi-hot `y_true` has no column for a label that training never saw,
    so that such labels are missing from `|y|`. `ndcg_at_k` takes their
    number.

    Args:
        k: int.
        name: Optional string; `ndcg_at_{k}` by default.
        dtype: Optional dtype of the sums; float32 by default.

    Call arguments:
        y_true: Multi-hot tensor of shape `(batch, num_labels)`.
        y_pred: Scores of shape `(batch, num_labels)`: logits or
            probabilities.
        sample_weight: Optional tensor of shape `(batch,)`.

    Reference:
     - [You et al., 2018](https://arxiv.org/abs/1811.01727), eq. 8
    """

    def __init__(self, k, name=None, dtype=None):
        _check_k(k)
        super().__init__(
            _dense_ndcg_at_k, name=name or f"ndcg_at_{k}", dtype=dtype, k=k
        )
        self.k = k
        self._direction = "up"

    def get_config(self):
        return {"k": self.k, "name": self.name, "dtype": self.dtype}


def precision_at_k(relevant: KerasTensor, k: int) -> KerasTensor:
    """P@k of every document.

    Args:
        relevant: float tensor `(batch, ranks)` of 0 and 1, best rank first.
        k: int.

    Returns:
        float tensor `(batch,)`.
    """
    return ops.sum(relevant[:, :k], axis=1) / k


def ndcg_at_k(
    relevant: KerasTensor, num_true: KerasTensor, k: int
) -> KerasTensor:
    """nDCG@k of every document.

    Args:
        relevant: float tensor `(batch, ranks)` of 0 and 1, best rank first;
            ranks is static.
        num_true: tensor `(batch,)`, true labels of each document, those
            that no output stands for included.
        k: int.

    Returns:
        float tensor `(batch,)`.
    """
    discounts = [1.0 / math.log2(rank + 2) for rank in range(k)]
    ideals = [sum(discounts[:count]) for count in range(k + 1)]
    ranks = min(k, relevant.shape[1])
    gained = ops.sum(
        relevant[:, :ranks]
        * ops.convert_to_tensor(discounts[:ranks], relevant.dtype),
        axis=1,
    )
    # Without a true label nothing is gained: any divisor but 0 will do.
    ideals[0] = 1.0
    num_true = ops.minimum(ops.cast(num_true, "int32"), k)
    return gained / ops.take(
        ops.convert_to_tensor(ideals, relevant.dtype), num_true
    )


def _dense_precision_at_k(y_true, y_pred, k):
    return precision_at_k(_dense_relevance(y_true, y_pred, k), k)


def _dense_ndcg_at_k(y_true, y_pred, k):
    num_true = ops.sum(ops.cast(ops.greater(y_true, 0), "int32"), axis=1)
    return ndcg_at_k(_dense_relevance(y_true, y_pred, k), num_true, k)


def _dense_relevance(y_true, y_pred, k):
    # (batch, num_labels) -> (batch, min(k, num_labels))
    y_true, y_pred = (
        ops.convert_to_tensor(y_true),
        ops.convert_to_tensor(y_pred),
    )
    ranks = min(k, y_pred.shape[1])
    _, best = ops.top_k(y_pred, ranks)
    true = ops.take_along_axis(y_true, best, axis=1)
    return ops.cast(ops.greater(true, 0), "float32")


def _check_k(k):
    if not isinstance(k, int) or k < 1:
        raise ValueError(f"`k` must be a positive integer. Received: k={k}")
