"""Small predictions written down document by document."""

import numpy as np

from axml_tf.formats.predictions import TopK


def top_k(rows, width=3, made_by=None):
    """Predictions from `{document: [(label, score), ...]}`."""
    label_ids = np.full((len(rows), width), -1, np.int32)
    scores = np.zeros((len(rows), width), np.float32)
    for row, pairs in enumerate(rows.values()):
        for place, (label, score) in enumerate(pairs):
            label_ids[row, place], scores[row, place] = label, score
    return TopK(np.array(list(rows)), label_ids, scores, made_by)


def random_rows(rng, documents, num_labels=8, width=5):
    """Rows for `top_k`; many scores are equal, many labels are missing."""
    return {
        name: sorted(
            (
                # Halves and quarters, so that equal scores come up.
                (int(label), float(rng.integers(0, 4)) / 4)
                for label in rng.permutation(num_labels)[
                    : rng.integers(0, width + 1)
                ]
            ),
            key=lambda pair: (-pair[1], pair[0]),
        )
        for name in documents
    }
