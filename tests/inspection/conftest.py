"""The small trained model behind each of its three doors."""

import pytest

from axml_tf.inspection.model_source import ModelSource
from axml_tf.inspection.served_sources import RestSource, SavedModelSource
from benchmarks.server import Server


@pytest.fixture(scope="session")
def checkpoint_source(trained_run, generated) -> ModelSource:
    return ModelSource.from_checkpoint(
        trained_run.model_dir, generated.data_dir
    )


@pytest.fixture(scope="session")
def sources(checkpoint_source, saved_model):
    with Server(f"--model_base_path={saved_model.parent}") as server:
        yield {
            "checkpoint": checkpoint_source,
            "saved_model": SavedModelSource(saved_model),
            "rest": RestSource(server.rest, "axml"),
        }
