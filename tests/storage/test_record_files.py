"""Records that claim too much are found before TensorFlow believes them."""

import os
import struct

import pytest
import tensorflow as tf

from axml_tf.storage.record_files import check_lengths

RECORDS = [b"abc", b"", b"x" * 1000]


@pytest.fixture
def shard(tmp_path):
    path = tmp_path / "x.tfrecord"
    with tf.io.TFRecordWriter(os.fspath(path)) as writer:
        for record in RECORDS:
            writer.write(record)
    return path


@pytest.mark.parametrize("left", [0, 5, 12, 100, -1, None])
def test_files_that_are_whole_or_cut_off_pass(shard, left):
    shard.write_bytes(shard.read_bytes()[:left])
    check_lengths(shard)


@pytest.mark.parametrize("number", range(len(RECORDS)))
@pytest.mark.parametrize("length", [2**31, 10**12, 2**63, 2**64 - 1])
def test_a_record_of_gigabytes_is_named(shard, number, length):
    content = bytearray(shard.read_bytes())
    start = sum(len(record) + 16 for record in RECORDS[:number])
    struct.pack_into("<Q", content, start, length)
    shard.write_bytes(content)
    with pytest.raises(
        ValueError, match=f"record {number} claims {length:,} bytes"
    ):
        check_lengths(shard)
