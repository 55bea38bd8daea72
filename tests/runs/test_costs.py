import dataclasses
import hashlib
import json
import time

import pytest
from small_runs import MODEL, TRAINING, write_data

from axml_tf.console import machine
from axml_tf.console.errors import UserError
from axml_tf.formats.predictions import TopK
from axml_tf.prediction.top_k import predict_split
from axml_tf.runs.costs import Costs, load_costs
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.training.start import train


def test_costs_add_up_over_the_starts_of_a_run(tmp_path):
    data = write_data(tmp_path / "data")
    model_dir = tmp_path / "model"
    started = time.monotonic()
    train(MODEL, dataclasses.replace(TRAINING, max_epochs=1), data, model_dir)
    first = load_costs(model_dir)
    train(MODEL, TRAINING, data, model_dir)
    both = load_costs(model_dir)
    assert 0 < first.seconds < both.seconds < time.monotonic() - started
    assert 0 < first.cpu_seconds < both.cpu_seconds
    assert both.machine == machine.describe()
    found = predict_split(
        TrainedModel(model_dir), data, "dev", top_k=4, batch_size=8
    )
    found.save(tmp_path / "dev.npz")
    made_by = TopK.load(tmp_path / "dev.npz").made_by
    assert made_by.system == "attention_xml"
    assert made_by.train_seconds == both.seconds
    assert made_by.train_cpu_seconds == both.cpu_seconds
    assert made_by.predict_cpu_seconds > 0
    assert 0 < made_by.predict_seconds < time.monotonic() - started
    assert made_by.settings["learning_rate"] == "0.005"
    labels = (data.folder / "labels.txt").read_bytes()
    digest = hashlib.sha256(labels).hexdigest()[:16]
    assert made_by.settings["labels.txt"] == digest
    assert {"axml_tf", "tensorflow", "keras"} < set(made_by.versions)


def test_costs_of_a_process_are_added(tmp_path):
    watch = machine.Stopwatch()
    started = time.process_time()
    while time.process_time() < started + 0.2:
        pass
    time.sleep(0.5)
    Costs(10.0, 20.0, 5, "another machine").plus(watch).save(tmp_path)
    found = load_costs(tmp_path)
    assert found.seconds >= 10.7
    assert 20.2 <= found.cpu_seconds < found.seconds + 10
    assert found.peak_memory > 5
    assert Costs(0.0, 0.0, 2**60).plus(watch).peak_memory == 2**60


def test_costs_that_are_not_there_or_damaged(tmp_path):
    assert load_costs(tmp_path) is None
    for content in (
        *("no json", json.dumps({"hours": 3}), "[]"),
        *("[" * 100_000, json.dumps({"seconds": "1"})),
    ):
        (tmp_path / "costs.json").write_text(content)
        with pytest.raises(UserError, match=r"costs\.json is damaged"):
            load_costs(tmp_path)
