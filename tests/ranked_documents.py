"""Five documents whose labels are ranked by hand, for several tests."""

from pathlib import Path

import numpy as np

from axml_tf.dataset.dataset_info import FORMAT_VERSION, DatasetInfo, SplitInfo
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.formats.predictions import TopK

# Labels 0 to 5 were seen in training, 6 only in the test split.
LABEL_COUNTS = [40, 20, 10, 5, 2, 1, 0]
TRUE_LABELS = {
    "a": [0, 1],
    "b": [2],
    "c": [0, 5, 6],
    "d": [],
    "e e": [1, 2, 3, 4, 5],
}

# In another order than the true labels.
RANKINGS = {
    "d": [0, 1, 2, 3, 4],
    "b": [1, 2, 0, -1, -1],
    "e e": [1, 5, 0, 2, 3],
    "a": [0, 1, 5, 4, 3],
    "c": [5, 1, 2, 3, 0],
}


def write_ranked_set(folder: Path) -> PreparedData:
    """Writes a data set of these documents, without records or vocabulary."""
    folder.mkdir()
    DatasetInfo(
        vocab_size=10,
        num_distinct_words=8,
        num_labels=6,
        num_unseen_labels=1,
        max_length=5,
        embedding_dim=None,
        embedding_coverage=None,
        compression="",
        splits={"train": _split_info(50), "test": _split_info(5)},
        fingerprint="f00d",
        format_version=FORMAT_VERSION,
        schema_version=1,
        tokenizer_version=1,
        versions={},
    ).save(folder)
    folder.joinpath("labels.txt").write_text(
        "".join(f"label{i}\t{n}\n" for i, n in enumerate(LABEL_COUNTS))
    )
    folder.joinpath("test.labels.txt").write_text(
        "".join(
            f"{name}\t{' '.join(map(str, labels))}\n"
            for name, labels in TRUE_LABELS.items()
        )
    )
    return PreparedData(folder)


def ranked(rankings: dict[str, list[int]]) -> TopK:
    """Predictions of labels by document; scores fall from 1 to 0."""
    label_ids = np.array(list(rankings.values()), np.int32)
    scores = np.linspace(1, 0, label_ids.shape[1], dtype=np.float32)
    return TopK(
        np.array(list(rankings)),
        label_ids,
        np.tile(scores, (len(label_ids), 1)),
    )


def _split_info(num_documents: int) -> SplitInfo:
    return SplitInfo(num_documents, 0, 0, 0, 0, 0, (), ())
