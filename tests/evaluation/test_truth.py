import json

import numpy as np
import pytest
from ranked_documents import LABEL_COUNTS, TRUE_LABELS

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.evaluation.truth import Truth


def change(data, name, old, new):
    """Puts another text into a file; returns the data as they are then."""
    path = data.folder / name
    content = path.read_text()
    assert old in content
    path.write_text(content.replace(old, new))
    return PreparedData(data.folder)


def test_truth_is_what_stands_in_the_files(ranked_data):
    truth = Truth.load(ranked_data, "test")
    assert truth.document_ids == list(TRUE_LABELS)
    dense = np.zeros((5, 7), int)
    for row, labels in enumerate(TRUE_LABELS.values()):
        dense[row, labels] = 1
    np.testing.assert_array_equal(truth.labels.toarray(), dense)
    assert truth.training_counts.tolist() == LABEL_COUNTS


def test_documents_without_labels_and_unseen_labels_are_counted(ranked_data):
    truth = Truth.load(ranked_data, "test")
    assert (truth.num_without_labels, truth.num_unseen_labels) == (1, 1)


def test_truth_is_as_wide_as_the_list_of_labels(ranked_data):
    path = ranked_data.true_labels_path("test")
    path.write_text("".join(f"{name}\t0\n" for name in TRUE_LABELS))
    assert Truth.load(ranked_data, "test").labels.shape == (5, 7)


def test_a_label_given_twice_is_one_label(ranked_data):
    data = change(ranked_data, "test.labels.txt", "b\t2\n", "b\t2 0 2\n")
    row = Truth.load(data, "test").labels[1]
    assert row.indices.tolist() == [0, 2]


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            *("test.labels.txt", "d\t\n", "a\t2\n"),
            r"1 document ids stand more than once, for example 'a'",
        ),
        (
            *("test.labels.txt", "d\t\n", ""),
            r"test.labels.txt has 4 documents, dataset.json says 5",
        ),
        (
            *("test.labels.txt", "b\t2\n", "b\t0 7\n"),
            r"test.labels.txt has label id 7, the data set has 7 labels",
        ),
        ("test.labels.txt", "b\t2\n", "b\t-1\n", "label id -1"),
        ("labels.txt", "label6\t0\n", "", "labels.txt has 6 labels"),
    ],
)
def test_data_at_odds_with_itself_is_refused(
    ranked_data, name, old, new, *, message
):
    data = change(ranked_data, name, old, new)
    with pytest.raises(UserError, match=message):
        Truth.load(data, "test")


def test_unknown_split_is_named_with_those_there_are(ranked_data):
    with pytest.raises(UserError, match="no split 'dev'; it has train, test"):
        Truth.load(ranked_data, "dev")


def test_empty_split_is_refused(ranked_data):
    path = ranked_data.folder / "dataset.json"
    info = json.loads(path.read_text())
    info["splits"]["test"]["num_documents"] = 0
    path.write_text(json.dumps(info))
    ranked_data.true_labels_path("test").write_text("")
    with pytest.raises(UserError, match="test has no document to measure"):
        Truth.load(PreparedData(ranked_data.folder), "test")
