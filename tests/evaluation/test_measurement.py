import numpy as np
import pytest
from small_sets import predict, write_set

from axml_tf.console.errors import UserError
from axml_tf.evaluation import measurement
from axml_tf.evaluation.evaluate import evaluate
from axml_tf.evaluation.truth import Truth
from axml_tf.formats.predictions import TopK


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def true_labels(data_dir):
    return write_set(data_dir)["test"]


def test_truth_is_what_stands_in_the_files(data_dir, true_labels):
    truth = Truth.load(data_dir, "test")
    assert truth.document_ids == list(true_labels)
    rows = [row.indices.tolist() for row in truth.labels]
    assert rows == list(true_labels.values())
    assert truth.labels.shape == (60, 14)
    assert truth.training_counts[[0, 11, 13]].tolist() == [2000, 1, 0]


def test_truth_is_as_wide_as_the_list_of_labels(data_dir, true_labels):
    path = data_dir / "test.labels.txt"
    path.write_text("".join(f"{name}\t0\n" for name in true_labels))
    assert Truth.load(data_dir, "test").labels.shape == (60, 14)


def test_empty_split_is_refused(data_dir, true_labels):
    data_dir.joinpath("test.labels.txt").write_text("")
    with pytest.raises(UserError, match="test has no document to measure"):
        Truth.load(data_dir, "test")


@pytest.mark.parametrize("chunk", [1, 7, 4096])
def test_measures_are_those_of_evaluate(
    data_dir, true_labels, monkeypatch, chunk
):
    monkeypatch.setattr(measurement, "_CHUNK", chunk)
    predictions = predict(true_labels, noise=2.0)
    truth = Truth.load(data_dir, "test")
    found = measurement.measure(
        predictions, truth, data_dir, (1, 3, 5), 0.5, 0.4
    )
    expected = evaluate(
        predictions, data_dir, "test", propensity_a=0.5, propensity_b=0.4
    )["measures"]
    actual = {
        name: 100 * pair.value.sum() / pair.best.sum()
        for name, pair in found.values.items()
        if not name.startswith("RP")
    }
    assert actual == pytest.approx(expected)
    assert found.predictions.document_ids.tolist() == list(true_labels)
    hits = [
        [label in labels for label in row]
        for row, labels in zip(
            found.predictions.label_ids.tolist(),
            true_labels.values(),
            strict=True,
        )
    ]
    assert found.hits.tolist() == hits
    rp = np.mean(
        [
            sum(row[:5]) / min(5, len(labels)) if labels else 0
            for row, labels in zip(hits, true_labels.values(), strict=True)
        ]
    )
    assert found.values["RP@5"].value.mean() == pytest.approx(rp)


def test_predictions_without_documents_are_refused(data_dir, true_labels):
    empty = TopK(
        np.zeros(0, np.str_),
        np.zeros((0, 8), np.int32),
        np.zeros((0, 8), np.float32),
    )
    with pytest.raises(UserError, match="hold no document, test has 60"):
        evaluate(empty, data_dir, "test")
