import math

import numpy as np
import pytest
from helpers import random_records, set_random_weights, write_records
from small_runs import MODEL, TRAINING, write_data

from axml_tf.console.errors import UserError
from axml_tf.models.systems.attention_xml import AttentionXML
from axml_tf.training import validation
from axml_tf.training.validation import Validation

DEV_RECORDS = random_records(10, seed=1, longest=16)


@pytest.fixture(scope="module")
def trained_model():
    """A model of random weights, in place of the one that is trained."""
    model = AttentionXML(MODEL).model
    set_random_weights(model)
    return model


@pytest.fixture(scope="module")
def of_data(data):
    return Validation(MODEL, TRAINING, data)


def unchecked():
    """Never ends a validation."""


def measures_by_hand(model):
    """P@k and nDCG@k, from the model one document at a time."""
    totals = {}
    for _, token_ids, true in DEV_RECORDS:
        logits = model(np.array([[*token_ids, 0]])).numpy()[0]
        best = np.argsort(-logits, kind="stable")
        for k in (1, 3, 5):
            places = [i for i in range(k) if best[i] in true]
            gain = sum(1 / math.log2(i + 2) for i in places)
            ideal = sum(1 / math.log2(i + 2) for i in range(min(k, len(true))))
            for name, value in (
                (f"P@{k}", len(places) / k),
                (f"nDCG@{k}", gain / ideal),
            ):
                totals[name] = totals.get(name, 0) + value / len(DEV_RECORDS)
    return totals


def test_measures_are_those_of_the_weights_it_is_given(of_data, trained_model):
    found = of_data.measure(trained_model.get_weights(), unchecked)
    assert found == pytest.approx(measures_by_hand(trained_model))
    # And of no others.
    zeros = [np.zeros_like(w) for w in trained_model.get_weights()]
    again = of_data.measure(zeros, unchecked)
    assert again != pytest.approx(found)
    # Its model keeps them: the best ones are saved from there.
    for weight in of_data.model.get_weights():
        assert not weight.any()


def test_every_dev_document_is_measured(of_data, trained_model, monkeypatch):
    seen = {}

    def spy(label_ids, true_labels, ks):
        seen.update(rows=len(label_ids), true=sorted(map(list, true_labels)))
        return {"nDCG@5": 0.5}

    monkeypatch.setattr(validation, "ranking_measures", spy)
    found = of_data.measure(trained_model.get_weights(), unchecked)
    assert found == {"nDCG@5": 0.5}
    assert seen["rows"] == 10
    assert seen["true"] == sorted(labels for *_, labels in DEV_RECORDS)


def test_check_is_called_before_every_batch_and_may_end_it(
    of_data, trained_model
):
    num_batches = sum(1 for _ in of_data._batches())
    assert num_batches > 2
    calls = []

    class Ended(Exception):
        pass

    def check():
        calls.append(len(calls))
        if len(calls) == num_batches:
            raise Ended

    with pytest.raises(Ended):
        of_data.measure(trained_model.get_weights(), check)
    calls.clear()
    of_data.measure(trained_model.get_weights(), lambda: calls.append(0))
    assert len(calls) == num_batches


@pytest.mark.parametrize("num_left", [0, 4])
def test_dev_split_that_is_cut_is_no_smaller_one(
    tmp_path, trained_model, num_left
):
    data = write_data(tmp_path)
    of_data = Validation(MODEL, TRAINING, data)
    (shard,) = data.folder.glob("dev-*")
    write_records(shard, DEV_RECORDS[:num_left])
    with pytest.raises(UserError, match=f"hold {num_left} documents"):
        of_data.measure(trained_model.get_weights(), unchecked)
