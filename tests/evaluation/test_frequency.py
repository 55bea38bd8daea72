import math

import pytest
from small_sets import predict, write_set

from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation.frequency import by_frequency
from axml_tf.evaluation.measurement import measure
from axml_tf.evaluation.truth import Truth

# Of the label ids of `small_sets`, by training documents.
GROUPS = {
    "0": {12, 13},
    "1-9": {8, 9, 10, 11},
    "10-99": {4, 5, 6, 7},
    "100-999": {1, 2, 3},
    "1000+": {0},
}


def test_groups_equal_a_plain_loop(tmp_path):
    labels = write_set(tmp_path / "data")["test"]
    truth = Truth.load(PreparedData(tmp_path / "data"), "test")
    measured = measure(predict(labels, 2.0), truth)
    rows = measured.predictions.label_ids[:, :5].tolist()
    pairs = list(zip(rows, labels.values(), strict=True))
    groups = by_frequency(
        measured.predictions.label_ids, measured.hits, truth, 5
    )
    assert [group.name for group in groups] == list(GROUPS)
    for group, members in zip(groups, GROUPS.values(), strict=True):
        predicted = [x for row, _ in pairs for x in row if x in members]
        found = [
            x for row, true in pairs for x in row if x in members and x in true
        ]
        true = [x for _, true in pairs for x in true if x in members]
        assert group.num_labels == len(set(true))
        assert group.num_predicted == len(predicted)
        assert group.recall == pytest.approx(len(found) / len(true))
        if predicted:
            assert group.precision == pytest.approx(len(found) / len(predicted))
        else:
            assert math.isnan(group.precision)


def test_group_without_a_true_label_is_skipped(tmp_path):
    write_set(tmp_path / "data")
    path = tmp_path / "data" / "test.labels.txt"
    labels = {f"test {i}": [0, 5] for i in range(60)}
    path.write_text("".join(f"{name}\t0 5\n" for name in labels))
    truth = Truth.load(PreparedData(tmp_path / "data"), "test")
    measured = measure(predict(labels, 1.0), truth)
    groups = by_frequency(
        measured.predictions.label_ids, measured.hits, truth, 5
    )
    assert [group.name for group in groups] == ["10-99", "1000+"]
