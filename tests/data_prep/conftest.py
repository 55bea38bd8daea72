"""Three splits of raw documents."""

import pytest
from raw_documents import DEV, TEST, TRAIN

from axml_tf.data_prep.readers.lines import write_lines


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    for split, documents in (("train", TRAIN), ("dev", DEV), ("test", TEST)):
        write_lines(folder, split, documents)
    return folder
