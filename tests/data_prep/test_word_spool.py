"""What waits between the passes comes back as it went in."""

import numpy as np

from axml_tf.data_prep.batch_words import split_batch
from axml_tf.data_prep.word_spool import WordSpool

TEXTS = [
    [b"The cat saw the other cat", b"", b"one"],
    # No word at all.
    [b"", b" \n "],
    ["na\u00efve \xfc \U0001f600".encode(), b"bad \xff\xfe bytes \x00 nul"],
]


def test_batches_come_back_as_they_went_in(tmp_path):
    batches = [split_batch(texts, 3) for texts in TEXTS]
    with WordSpool(tmp_path) as spool:
        for batch in batches:
            spool.write(batch)
        # Twice: reading starts at the first one.
        for _ in range(2):
            for given, found in zip(batches, spool.read(), strict=True):
                assert found.words == given.words
                for mine, theirs in zip(found[1:], given[1:], strict=True):
                    assert mine.dtype == theirs.dtype
                    np.testing.assert_array_equal(mine, theirs)
    assert list(tmp_path.iterdir()) == []
