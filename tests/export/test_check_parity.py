"""Answers against predictions, both written down by hand."""

import numpy as np
import pytest
from helpers import write_dataset

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.export.check_parity import TOLERANCE, check_parity
from axml_tf.formats.predictions import TopK

NAMES = [f"d{number}" for number in range(20)]  # More than go in a request.
NAN, INFINITY = float("nan"), float("inf")


class Answering:
    """In place of a client: answers by a document's number."""

    def __init__(self, answers):
        self._answers, self.sizes = answers, []

    def call(self, signature, *, text):
        assert signature == "serving_default"
        self.sizes.append(len(text))
        # The text of document 3 is "word3".
        rows = [self._answers[int(x.decode()[len("word") :])] for x in text]
        return {
            "label_ids": np.array([ids for ids, _ in rows], np.int32),
            "probabilities": np.array([p for _, p in rows], np.float32),
        }


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    records = [(name, [int(name[1:])], []) for name in NAMES]
    write_dataset(folder, {"test": [records[:12], records[12:]]})
    return PreparedData(folder)


def predicted(ids, probabilities, names=NAMES):
    """The same predictions of every document, in another order."""
    return TopK(
        np.array(names[::-1]),
        np.array([ids] * len(names), np.int32),
        np.array([probabilities] * len(names), np.float32),
    )


PREDICTED = predicted([4, 2, 0], [0.75, 0.5, 0.25])
SAME = ([4, 2], [0.75, 0.5])


def check(data, answer, predictions=PREDICTED):
    """Compares where document 17 has that answer, and others the same."""
    client = Answering([answer if n == 17 else SAME for n in range(20)])
    count, largest = check_parity(client, data, predictions, "test")
    assert client.sizes == [16, 4]
    return count, largest


def test_same_answers_are_counted(data):
    assert check(data, SAME) == (20, 0.0)


def test_largest_difference_that_is_rounding_is_told(data):
    _, largest = check(data, ([4, 2], [0.75, 0.5 + TOLERANCE / 2]))
    assert largest == pytest.approx(TOLERANCE / 2, rel=0.01)


def test_labels_that_are_as_probable_may_change_places(data):
    predictions = predicted([4, 2, 0], [0.5, 0.5, 0.25])
    client = Answering([([2, 4], [0.5, 0.5])] * 20)
    assert check_parity(client, data, predictions, "test") == (20, 0.0)


def test_label_behind_those_predicted_may_stand_for_the_last(data):
    predictions = predicted([4, 2], [0.75, 0.5])
    client = Answering([([4, 5], [0.75, 0.5])] * 20)
    assert check_parity(client, data, predictions, "test") == (20, 0.0)


@pytest.mark.parametrize(
    ("answer", "difference"),
    [
        (([4, 2], [0.75, 0.5 + 2 * TOLERANCE]), "2e-05"),
        (([4, 2], [0.5, 0.5]), "0.25"),
        # Probabilities are right, rank by rank; labels are not.
        (([2, 4], [0.75, 0.5]), "0.25"),
        (([5, 2], [0.75, 0.5]), "0.5"),
    ],
)
def test_another_answer_names_its_document(data, answer, difference):
    with pytest.raises(
        UserError, match=r"^Document d17 is answered otherwise"
    ) as error:
        check(data, answer)
    assert f"(by {difference})" in str(error.value)


@pytest.mark.parametrize(
    "answer",
    [
        ([4, 2], [NAN, 0.5]),
        ([4, 2], [0.75, NAN]),
        ([4, 2], [NAN, NAN]),
        ([5, 6], [NAN, NAN]),
        ([4, 2], [INFINITY, 0.5]),
    ],
)
def test_probability_that_is_no_number_is_refused(data, answer):
    with pytest.raises(
        UserError, match=r"^Document d17 has a probability that is no number"
    ):
        check(data, answer)


@pytest.mark.parametrize(
    ("served", "predicted_"),
    [
        ([0.75, 0.5], [NAN, 0.5, 0.25]),
        # Behind what is compared.
        ([0.75, 0.5], [0.75, 0.5, NAN]),
        ([INFINITY, 0.5], [INFINITY, 0.5, 0.25]),
        # A damaged model gives them everywhere.
        ([NAN, NAN], [NAN, NAN, NAN]),
    ],
)
def test_prediction_that_is_no_number_is_refused(data, served, predicted_):
    client = Answering([([4, 2], served)] * 20)
    predictions = predicted([4, 2, 0], predicted_)
    with pytest.raises(
        UserError, match=r"^Document d0 has a probability that is no number"
    ):
        check_parity(client, data, predictions, "test")


def test_document_without_a_prediction_is_named(data):
    predictions = predicted([4, 2], [0.75, 0.5], NAMES[:-1])
    with pytest.raises(UserError, match=r"^The predictions lack document d19"):
        check(data, SAME, predictions)


def test_split_that_there_is_not_is_told(data):
    with pytest.raises(UserError, match="no split 'dev'"):
        check_parity(Answering([]), data, PREDICTED, "dev")
