"""Data to train on, made once for all tests here."""

import pytest
from small_runs import write_data

from axml_tf.dataset.prepared_data import PreparedData


@pytest.fixture(scope="session")
def data(tmp_path_factory) -> PreparedData:
    """Data on which `small_runs.MODEL` trains in a second."""
    return write_data(tmp_path_factory.mktemp("data"))
