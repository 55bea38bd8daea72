import dataclasses

import pytest

from benchmarks import lengths
from benchmarks.lengths import Batch, padding_share, typical_lengths
from benchmarks.sizes import SIZES

SIZE = dataclasses.replace(SIZES["medium"], batch=4, tokens=16)


def test_padding_share_counts_short_and_missing_documents():
    batches = [
        Batch(2, 4, (4, 1)),
        Batch(2, 8, (6,)),  # One row has no document.
    ]
    assert padding_share(batches) == pytest.approx(1 - 11 / 24)


def test_peer_pads_each_batch_to_its_longest():
    drawn = lengths.shuffled_batches(list(range(1, 11)), batch_size=4)
    assert [batch.rows for batch in drawn] == [4, 4, 2]
    assert all(batch.tokens == max(batch.lengths) for batch in drawn)
    every = [length for batch in drawn for length in batch.lengths]
    assert every != sorted(every) == list(range(1, 11))


def test_our_batches_hold_every_document_once():
    documents = [1, 2, 16, 9, 9, 3, 5, 16, 12]
    batches = lengths.bucketed_batches(documents, SIZE)
    every = [length for batch in batches for length in batch.lengths]
    assert sorted(every) == sorted(documents)
    assert all(max(batch.lengths) <= batch.tokens for batch in batches)


def test_typical_lengths_fill_the_shape():
    batches = [
        Batch(3, 8, (5, 6, 7)),
        Batch(3, 8, (7,)),
        Batch(3, 4, (1, 2, 3)),
    ]
    first, second, last = typical_lengths((3, 8), batches)
    assert (first, last) == (5, 8) and second in (6, 7)
