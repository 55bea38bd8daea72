"""Three splits of raw documents."""

import pytest
from raw_documents import write_raw


@pytest.fixture
def raw(tmp_path):
    return write_raw(tmp_path / "raw")
