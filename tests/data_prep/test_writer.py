"""Records are dealt to the shards, and described."""

import numpy as np
import pytest
import tensorflow as tf

from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.writer import SplitWriter
from axml_tf.formats import schema

MAX_LENGTH = 40


def written(folder, lengths):
    """Description of a split of documents of so many words."""
    writer = SplitWriter(
        folder,
        "train",
        num_shards=2,
        compression="",
        max_length=MAX_LENGTH,
        num_seen_labels=1,
    )
    with writer:
        for index, length in enumerate(lengths):
            document = Document(str(index), b"", ("a",))
            token_ids = [2] * min(length, MAX_LENGTH)
            writer.write(document, token_ids, length, [0])
    return writer.info()


def least_length_not_exceeded(lengths, percent):
    return next(
        length
        for length in sorted(lengths)
        if 100 * sum(n <= length for n in lengths) >= percent * len(lengths)
    )


@pytest.mark.parametrize("count", [1, 2, 7, 100, 397])
def test_percentiles_of_the_words_kept_are_told(count, tmp_path):
    lengths = np.random.default_rng(count).geometric(0.05, count) - 1
    kept = np.minimum(lengths, MAX_LENGTH)
    percentiles = written(tmp_path, lengths.tolist()).length_percentiles
    assert percentiles == tuple(
        least_length_not_exceeded(kept.tolist(), percent)
        for percent in range(101)
    )
    assert {type(length) for length in percentiles} == {int}
    # NumPy takes 7 percent of 100 for a little more than 7.
    if count != 100:
        np.testing.assert_array_equal(
            percentiles,
            np.percentile(kept, range(101), method="inverted_cdf"),
        )


def test_percentiles_reach_from_the_shortest_to_the_longest(tmp_path):
    info = written(tmp_path, [9, 0, 3, 90])
    assert info.length_percentiles[:26] == (0,) * 26
    assert info.length_percentiles[26:51] == (3,) * 25
    assert info.length_percentiles[51:76] == (9,) * 25
    assert info.length_percentiles[76:] == (MAX_LENGTH,) * 25


def test_split_without_documents_has_no_percentiles(tmp_path):
    assert written(tmp_path, []).length_percentiles == ()


def test_documents_are_dealt_to_the_shards_in_turn(tmp_path):
    info = written(tmp_path, [3, 0, 90, 4, 5])
    assert info.shards == (
        "train-00000-of-00002.tfrecord",
        "train-00001-of-00002.tfrecord",
    )
    for shard, expected in zip(info.shards, ([0, 2, 4], [1, 3]), strict=True):
        records = tf.data.TFRecordDataset(str(tmp_path / shard))
        ids = [schema.parse(r, with_text=False)["id"].numpy() for r in records]
        assert ids == [str(index).encode() for index in expected]


def test_words_and_cut_texts_are_counted(tmp_path):
    info = written(tmp_path, [3, MAX_LENGTH, MAX_LENGTH + 1, 90])
    assert info.num_documents == info.num_labels == 4
    assert info.num_words == 3 + MAX_LENGTH + MAX_LENGTH + 1 + 90
    assert info.num_truncated == 2
    lines = (tmp_path / "train.labels.txt").read_text().splitlines()
    assert lines == [f"{index}\t0" for index in range(4)]
