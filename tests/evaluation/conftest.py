"""The data set of five documents."""

import pytest
from ranked_documents import write_ranked_set

from axml_tf.dataset.prepared_data import PreparedData


@pytest.fixture
def ranked_data(tmp_path) -> PreparedData:
    return write_ranked_set(tmp_path / "data")
