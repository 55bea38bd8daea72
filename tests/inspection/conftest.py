"""The small trained model behind each of its three doors."""

import numpy as np
import pytest
from source_checks import Asked

from axml_tf.inspection.model_source import ModelSource
from axml_tf.inspection.split_documents import sample_documents
from axml_tf.runs.trained_model import TrainedModel


@pytest.fixture(scope="session")
def trained_model(trained_run) -> TrainedModel:
    return TrainedModel(trained_run.model_dir)


@pytest.fixture(scope="session")
def model_source(trained_model) -> ModelSource:
    return ModelSource.of_trained(trained_model)


@pytest.fixture(scope="session")
def asked(generated, trained_model) -> Asked:
    """A document, and what a plain computation makes of it."""
    document = next(sample_documents(generated.data, "test", 1, seed=3))
    ids = {word: i for i, word in enumerate(generated.words)}
    words = document.text.decode().split()[:32]
    token_ids = np.array([[ids.get(word, 1) for word in words]], np.int32)
    system = trained_model.system
    keys = np.asarray(system.read(token_ids)[0], np.float64)[0]
    scores = np.exp(np.asarray(system.label_vectors, np.float64) @ keys.T)
    logits = np.asarray(system.model(token_ids), np.float64)[0]
    lines = (generated.data.folder / "labels.txt").read_text().splitlines()
    return Asked(
        document.text,
        [line.split("\t")[0] for line in lines],
        1 / (1 + np.exp(-logits)),
        scores / scores.sum(axis=1, keepdims=True),
    )
