"""The sparse text form of the Extreme Classification Repository.

    documents features labels
    0,3 5:0.25 17:1.5

One document a line after the header: its label ids, then feature:value pairs
in ascending order. Read by omikuji, Parabel, DiSMEC, napkinXC and others.
"""

import os
from collections.abc import Iterable

import scipy.sparse

from axml_tf.storage.files import atomic_file


def write(
    path: str | os.PathLike,
    features: scipy.sparse.csr_matrix,
    label_ids: Iterable[list[int]],
    num_labels: int,
) -> None:
    """Writes documents in this form.

    Args:
        path: file to write.
        features: `(documents, features)`.
        label_ids: those of each document.
        num_labels: for the header; above all of the label ids.
    """
    with (
        atomic_file(path) as temporary,
        open(temporary, "w", encoding="ascii", newline="\n") as file,
    ):
        print(*features.shape, num_labels, file=file)
        for row, labels in enumerate(label_ids):
            place = slice(*features.indptr[row : row + 2])
            pairs = zip(
                features.indices[place].tolist(),
                features.data[place].tolist(),
                strict=True,
            )
            # Nine digits tell any two float32 apart, but no reader of the
            # form needs more than six.
            words = map("%d:%.6g".__mod__, pairs)
            file.write(f"{','.join(map(str, labels))} {' '.join(words)}\n")
