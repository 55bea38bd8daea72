"""A small prepared data set and predictions of it, for several tests."""

import numpy as np

from axml_tf.dataset.dataset_info import FORMAT_VERSION, DatasetInfo, SplitInfo
from axml_tf.formats.predictions import TopK

NUM_LABELS = 12
NUM_UNSEEN = 2
# Names that a careless page would take for markup.
SYSTEMS = ("our|net", "<b>Trees</b>", "plain")


def write_set(folder, num_documents=60, seed=0, fingerprint="f00d"):
    """Writes a data set of splits dev and test, without records.

    Returns:
        True labels by split: `{split: {document id: [label, ...]}}`.
    """
    rng = np.random.default_rng(seed)
    folder.mkdir()
    truth = {}
    for split in ("dev", "test"):
        truth[split] = {
            f"{split} {i}": sorted(
                rng.permutation(NUM_LABELS + NUM_UNSEEN)[
                    : rng.integers(0, 5)
                ].tolist()
            )
            for i in range(num_documents)
        }
        folder.joinpath(f"{split}.labels.txt").write_text(
            "".join(
                f"{name}\t{' '.join(map(str, labels))}\n"
                for name, labels in truth[split].items()
            )
        )
    DatasetInfo(
        vocab_size=10,
        num_distinct_words=8,
        num_labels=NUM_LABELS,
        num_unseen_labels=NUM_UNSEEN,
        max_length=5,
        embedding_dim=None,
        embedding_coverage=None,
        compression="",
        splits={
            "train": SplitInfo(2000, 9000, 5000, 0, 0, 0, (), ()),
            **{
                split: SplitInfo(
                    *(num_documents, 240, sum(map(len, labels.values()))),
                    *(0, 0, 0, (), ()),
                )
                for split, labels in truth.items()
            },
        },
        fingerprint=fingerprint,
        format_version=FORMAT_VERSION,
        schema_version=1,
        tokenizer_version=1,
        versions={},
    ).save(folder)
    # Few to many training documents; the last two labels have none.
    counts = [2000, 700, 300, 100, 99, 50, 20, 10, 9, 5, 2, 1, 0, 0]
    folder.joinpath("labels.txt").write_text(
        "".join(f"label{i}\t{n}\n" for i, n in enumerate(counts))
    )
    return truth


def predict(truth, noise, seed=0, *, k=8, made_by=None):
    """Predictions of a split, the worse the more noise there is.

    Args:
        truth: true labels by document id.
        noise: from 0, where all true labels stand first.
        seed: of the noise and of the order of documents.
        k: labels per document.
        made_by: where they come from.
    """
    rng = np.random.default_rng(seed)
    names = rng.permutation(list(truth))
    scores = rng.random((len(names), NUM_LABELS)) * noise
    for row, name in enumerate(names):
        scores[row, [x for x in truth[name] if x < NUM_LABELS]] += 1
    scores = np.round(scores / (1 + noise), 2)
    label_ids = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return TopK(
        names,
        label_ids.astype(np.int32),
        np.take_along_axis(scores, label_ids, axis=1).astype(np.float32),
        made_by,
    )
