from collections import Counter

import numpy as np
import pytest
from small_sets import predict, write_set

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation import label_performance, thresholds
from axml_tf.evaluation.document_comparison import compare_documents
from axml_tf.evaluation.label_groups import label_groups
from axml_tf.evaluation.measurement import measure
from axml_tf.evaluation.report.report_files import SystemFiles
from axml_tf.evaluation.report.report_systems import system_report
from axml_tf.evaluation.truth import Truth


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("systems") / "data"


@pytest.fixture(scope="module")
def labels(data_dir):
    """True labels by split and document."""
    return write_set(data_dir)


@pytest.fixture(scope="module")
def measurement(labels, data_dir):
    truth = Truth.load(PreparedData(data_dir), "test")
    return measure(predict(labels["test"], 1.2), truth)


def report_of(measurement, dev_predictions=None, performance=None):
    truth = measurement.truth
    occurrences = np.bincount(truth.labels.indices, minlength=14)
    (compared,) = compare_documents([measurement.values], 0, 100, 0)
    return system_report(
        SystemFiles("a", "a.npz", dev_predictions, performance),
        measurement,
        compared,
        label_groups(occurrences),
        dev_truth=Truth.load(truth.data, "dev") if dev_predictions else None,
    )


def test_f1_is_at_the_threshold_of_dev(labels, measurement, tmp_path):
    predictions = predict(labels["dev"], 0.8)
    predictions.save(tmp_path / "dev.npz")
    found = report_of(measurement, str(tmp_path / "dev.npz")).f1
    dev = measure(predictions, Truth.load(measurement.truth.data, "dev"))
    picked = thresholds.best_micro(
        dev.predictions, dev.hits, dev.truth.labels
    ).score
    assert found.micro_threshold == picked
    # By hand: labels assigned, and how many of them are true.
    one = measurement.predictions
    assigned = [
        (label, label in labels["test"][name])
        for name, row, scores in zip(
            one.document_ids, one.label_ids, one.scores, strict=True
        )
        for label, score in zip(row.tolist(), scores, strict=True)
        if score >= picked
    ]
    num_true = sum(map(len, labels["test"].values()))
    hits = sum(is_true for _, is_true in assigned)
    assert found.micro == pytest.approx(
        100 * 2 * hits / (len(assigned) + num_true)
    )
    assert report_of(measurement).f1 is None


def test_precision_by_rank_equals_a_loop(labels, measurement):
    one = measurement.predictions
    pairs = list(zip(one.document_ids, one.label_ids.tolist(), strict=True))
    expected = [
        100
        * np.mean(
            [len(set(row[:k]) & set(labels["test"][d])) / k for d, row in pairs]
        )
        for k in range(1, 9)
    ]
    assert report_of(measurement).precision_by_rank == pytest.approx(expected)


def test_groups_are_means_over_their_labels(labels, measurement):
    found = report_of(measurement)
    assert not found.groups_are_exact
    counts = Counter(x for row in labels["test"].values() for x in row)
    performance = label_performance.from_top_k(
        measurement.predictions,
        measurement.hits,
        measurement.truth.labels,
        "f00d",
    )
    often = [label for label, n in counts.items() if n >= 5]
    sizes = [
        len(group.label_ids)
        for group in label_groups(np.array([counts[i] for i in range(14)]))
    ]
    assert sum(sizes) == len(often)
    total = sum(
        size * group.auc
        for size, group in zip(sizes, found.groups, strict=True)
    )
    assert total == pytest.approx(100 * performance.auc[often].sum())


def saved_performance(path, num_documents=60):
    label_performance.LabelPerformance(
        np.full(14, 0.75), np.full(14, 0.5), True, "f00d", num_documents
    ).save(path)
    return str(path)


def test_groups_come_from_all_scores_where_they_are_given(
    measurement, tmp_path
):
    path = saved_performance(tmp_path / "x.npz")
    found = report_of(measurement, performance=path)
    assert found.groups_are_exact
    assert {(g.auc, g.aupr) for g in found.groups} == {(75.0, 50.0)}


def test_performance_of_other_documents_is_refused(measurement, tmp_path):
    path = saved_performance(tmp_path / "x.npz", num_documents=59)
    with pytest.raises(UserError) as error:
        report_of(measurement, performance=path)
    assert str(error.value) == (
        f"{path} is of another data set or split: expected fingerprint, "
        "documents and labels ('f00d', 60, 14), found ('f00d', 59, 14)."
    )


def test_unfit_predictions_of_dev_are_named(labels, measurement, tmp_path):
    path = tmp_path / "dev.npz"
    predict(labels["test"], 0.8).save(path)
    with pytest.raises(
        UserError, match=rf"^{path}: 60 of 60 documents of dev have no"
    ):
        report_of(measurement, str(path))
