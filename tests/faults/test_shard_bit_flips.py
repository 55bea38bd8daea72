"""One bit of a shard is wrong: it is found and named, or it changes nothing."""

import random
from pathlib import Path

import pytest
from helpers import random_records, write_dataset

from axml_tf.console.errors import UserError
from axml_tf.dataset import input_pipeline
from axml_tf.dataset.shards import read_shard

pytestmark = pytest.mark.slow

NUM_FLIPS = 500


def read(records, data):
    """The records as they were written, all of them."""
    guarded = input_pipeline.guarded(records, data, "train")
    found = [record.numpy() for record in guarded]
    input_pipeline.check_count(len(found), data.info, "train")
    return found


@pytest.mark.parametrize("compression", ["", "GZIP"])
def test_no_flip_is_accepted_that_changes_a_record(tmp_path, compression):
    records = random_records(12, longest=8)
    data = write_dataset(tmp_path, {"train": [records]}, compression)
    path = Path(tmp_path, data.info.split("train").shards[0])
    whole = path.read_bytes()
    # Opens the file whenever it is iterated over.
    shard = read_shard(str(path), compression)
    expected = read(shard, data)
    assert len(expected) == len(records)
    rng = random.Random(0)
    harmless = 0
    for _ in range(NUM_FLIPS):
        place, bit = rng.randrange(len(whole)), rng.randrange(8)
        corrupted = bytearray(whole)
        corrupted[place] ^= 1 << bit
        path.write_bytes(corrupted)
        try:
            found = read(shard, data)
        except UserError as error:
            assert path.name in str(error), f"byte {place}, bit {bit}"
        else:
            assert found == expected, f"byte {place}, bit {bit}"
            harmless += 1
    # Of gzip's own header most says nothing of the content; a record has no
    # bit without meaning.
    assert harmless < NUM_FLIPS // 10 if compression else harmless == 0
