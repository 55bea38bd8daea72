"""The best come first, and of equals the lower id."""

import numpy as np

from axml_tf.baselines.ranked_labels import best_of_all, best_of_some


def ranked_in_a_loop(scores, top_k):
    order = sorted(
        range(len(scores)), key=lambda label: (-scores[label], label)
    )
    return order[:top_k]


def test_all_labels_are_ranked():
    rng = np.random.default_rng(0)
    # Few values, so that there are ties.
    scores = rng.integers(0, 5, (20, 30)).astype(np.float32) / 8
    label_ids, best = best_of_all(scores, 7)
    assert (label_ids.dtype, best.dtype) == (np.int32, np.float32)
    for row, found, values in zip(scores, label_ids, best, strict=True):
        assert found.tolist() == ranked_in_a_loop(row.tolist(), 7)
        assert values.tolist() == [row[label] for label in found]


def test_some_labels_are_ranked_and_the_row_is_filled_up():
    label_ids, scores = best_of_some([(4, 0.5), (9, 0.75), (2, 0.5)], 5)
    assert label_ids.tolist() == [9, 2, 4, -1, -1]
    assert scores.tolist() == [0.75, 0.5, 0.5, 0, 0]
    assert (label_ids.dtype, scores.dtype) == (np.int32, np.float32)
    assert best_of_some([(4, 0.5), (9, 0.75)], 1)[0].tolist() == [9]
    assert best_of_some([], 2)[0].tolist() == [-1, -1]
