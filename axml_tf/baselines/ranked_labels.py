"""From scores of labels to the k best of them, as `TopK` wants them."""

import numpy as np


def best_of_all(
    scores: np.ndarray, top_k: int
) -> tuple[np.ndarray, np.ndarray]:
    """The best of labels that all have a score.

    Args:
        scores: float32 `(documents, labels)`.
        top_k: labels per document, at most those there are.

    Returns:
        Label ids int32 and scores float32, `(documents, top_k)`.
    """
    # Stable: of equal scores the lower label id comes first.
    order = np.argsort(-scores, axis=1, kind="stable")[:, :top_k]
    return order.astype(np.int32), np.take_along_axis(scores, order, axis=1)


def best_of_some(
    pairs: list[tuple[int, float]], top_k: int
) -> tuple[np.ndarray, np.ndarray]:
    """The best of the labels of one document that have a score.

    Args:
        pairs: label ids and scores, in any order.
        top_k: labels per document.

    Returns:
        Label ids int32, -1 where there are fewer, and scores float32, 0
        there, both `(top_k,)`.
    """
    label_ids = np.full(top_k, -1, np.int32)
    scores = np.zeros(top_k, np.float32)
    given = np.array([label for label, _ in pairs], np.int32)
    given_scores = np.array([score for _, score in pairs], np.float32)
    order = np.lexsort((given, -given_scores))[:top_k]
    label_ids[: len(order)] = given[order]
    scores[: len(order)] = given_scores[order]
    return label_ids, scores
