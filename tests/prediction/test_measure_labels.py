import subprocess

import numpy as np
import pytest
from helpers import random_records
from small_runs import MODEL, TRAINING, write_data

from axml_tf.dataset.dataset_info import read_true_labels
from axml_tf.evaluation.label_performance import LabelPerformance
from axml_tf.prediction import measure_labels
from axml_tf.runs.checkpoints import load_best_model
from axml_tf.training.start import train
from benchmarks.programs import program


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    data_dir = write_data(tmp_path_factory.mktemp("data"))
    lines = [
        f"{name}\t{' '.join(map(str, labels))}\n"
        for name, _, labels in random_records(10, seed=1, longest=16)
    ]
    # Another order than that of the records.
    (data_dir / "dev.labels.txt").write_text("".join(reversed(lines)))
    model_dir = tmp_path_factory.mktemp("model")
    train(MODEL, TRAINING, data_dir, model_dir)
    return model_dir, data_dir


def expected_auc(model_dir, data_dir):
    """Pair by pair, from the model one document at a time."""
    model, _ = load_best_model(model_dir)
    records = random_records(10, seed=1, longest=16)
    scores = {
        name: model(np.array([[*ids, 0]]))[0].numpy()
        for name, ids, _ in records
    }
    true = dict(read_true_labels(data_dir, "dev"))
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
    trained, tmp_path, monkeypatch, block
):
    monkeypatch.setattr(measure_labels, "_BLOCK", block)
    found = measure_labels.measure_labels(*trained, "dev", 4, tmp_path)
    assert found.is_exact
    np.testing.assert_allclose(found.auc, list(expected_auc(*trained)))
    # The scores are gone.
    assert not list(tmp_path.iterdir())


def test_command_writes_the_file(trained, tmp_path):
    model_dir, data_dir = trained
    output = tmp_path / "labels.npz"
    done = subprocess.run(
        [
            program("measure-labels"),
            f"--model_dir={model_dir}",
            f"--data_dir={data_dir}",
            "--split=dev",
            f"--output={output}",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(
        LabelPerformance.load(output).auc, list(expected_auc(*trained))
    )
