"""One bit of a checkpoint that has changed on its disk."""

import random

import numpy as np
import pytest

from axml_tf.console.errors import UserError
from axml_tf.runs import checkpoint_files
from axml_tf.runs.checkpoint_files import CheckpointFolder

pytestmark = pytest.mark.slow

_NUM_FLIPS = 1000


def test_flipped_bit_is_found_or_changes_nothing(tmp_path):
    rng = np.random.default_rng(0)
    values = {
        f"model/{place}": rng.normal(size=shape).astype("float32")
        for place, shape in enumerate([(9, 4), (5,), (), (0, 3), (31, 7)])
    }
    values |= {"progress/step": 1234, "progress/best": 0.875}
    CheckpointFolder(tmp_path, keep=1).write(values)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    expected = checkpoint_files.read(path)
    num_found = 0
    for place in random.Random(0).sample(range(8 * len(whole)), _NUM_FLIPS):
        content = bytearray(whole)
        content[place // 8] ^= 1 << place % 8
        path.write_bytes(content)
        try:
            found = checkpoint_files.read(path)
        except UserError as error:
            assert str(path) in str(error)
            assert "\n" not in str(error)
            num_found += 1
        else:
            # Bits that carry nothing: times, rights, the older header.
            assert found.keys() == expected.keys(), place
            for name, value in found.items():
                assert value.dtype == expected[name].dtype, (place, name)
                np.testing.assert_array_equal(
                    value, expected[name], err_msg=f"{place} {name}"
                )
    # All those within the values, at the least.
    share = sum(value.nbytes for value in expected.values()) / len(whole)
    assert num_found > 0.9 * share * _NUM_FLIPS
