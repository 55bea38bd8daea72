import numpy as np
import pytest
from helpers import random_records
from small_runs import MODEL, TRAINING, write_data

from axml_tf.console.errors import UserError
from axml_tf.prediction import measure_labels
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.training.start import train

RECORDS = random_records(10, seed=1, longest=16)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A model, and the data it was trained on."""
    data = write_data(tmp_path_factory.mktemp("data"))
    model_dir = tmp_path_factory.mktemp("model")
    train(MODEL, TRAINING, data, model_dir)
    return TrainedModel(model_dir), data


@pytest.fixture
def labelled(trained):
    """The same, the true labels in another order than the records."""
    _, data = trained
    lines = [
        f"{name}\t{' '.join(map(str, labels))}\n" for name, _, labels in RECORDS
    ]
    data.true_labels_path("dev").write_text("".join(reversed(lines)))
    return trained


def expected_auc(model):
    """Pair by pair, from the model one document at a time."""
    scores = {
        name: model.system.model(np.array([[*ids, 0]]))[0].numpy()
        for name, ids, _ in RECORDS
    }
    true = {name: labels for name, _, labels in RECORDS}
    for label in range(6):
        pairs = [
            (scores[a][label], scores[b][label])
            for a in scores
            for b in scores
            if label in true[a] and label not in true[b]
        ]
        yield np.mean([x > y for x, y in pairs]) if pairs else np.nan


@pytest.mark.parametrize("block", [1, 20, 1 << 26])
def test_every_label_is_measured_over_all_documents(
    labelled, tmp_path, monkeypatch, block
):
    model, data = labelled
    monkeypatch.setattr(measure_labels, "_BLOCK", block)
    found = measure_labels.measure_labels(
        model, data, "dev", batch_size=4, work_dir=tmp_path
    )
    assert found.is_exact
    assert found.fingerprint == data.info.fingerprint
    np.testing.assert_allclose(found.auc, list(expected_auc(model)))
    # The scores are gone.
    assert not list(tmp_path.iterdir())


def test_true_labels_of_other_documents_are_refused(labelled, tmp_path):
    model, data = labelled
    path = data.true_labels_path("dev")
    path.write_text(path.read_text().replace("d3\t", "x\t"))
    with pytest.raises(
        UserError, match=r"dev\.labels\.txt does not have document 'd3'"
    ):
        measure_labels.measure_labels(model, data, "dev", work_dir=tmp_path)
    assert not list(tmp_path.iterdir())
