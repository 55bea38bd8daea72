import dataclasses

import numpy as np
import pytest
from helpers import (
    random_records,
    set_random_weights,
    write_dataset,
    write_records,
)

from axml_tf.console.errors import UserError
from axml_tf.dataset import input_pipeline
from axml_tf.dataset.input_pipeline import Batching
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.attention_xml import AttentionXML
from axml_tf.prediction.top_k import (
    predict_all_labels,
    predict_split,
    predict_top_k,
    top_k_labels,
)
from axml_tf.runs import run_record
from axml_tf.runs.background import Background
from axml_tf.runs.checkpoints import Checkpoints
from axml_tf.runs.model_data import keep_model_data
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.runs.training_config import TrainingConfig

CONFIG = ModelConfig(
    vocab_size=50, num_labels=6, embedding_dim=4, hidden_dim=3, fc_dims=(4,)
)


def random_system(config=CONFIG):
    system = AttentionXML(config)
    set_random_weights(system.model)
    return system


def test_best_labels_and_probabilities_equal_a_plain_sort():
    system = random_system()
    token_ids = np.array([[3, 9, 4], [7, 2, 0], [0, 0, 0]], np.int32)
    scores, label_ids = top_k_labels(system, 4)(token_ids)
    all_logits = system.model(token_ids).numpy().astype(float)
    for row, logits in enumerate(all_logits):
        best = sorted(range(6), key=lambda label: -logits[label])[:4]
        assert label_ids[row].numpy().tolist() == best
        np.testing.assert_allclose(
            scores[row], 1 / (1 + np.exp(-logits[best])), rtol=1e-5
        )


def test_ties_have_the_lower_label_id_first():
    system = random_system(dataclasses.replace(CONFIG, label_bias=True))
    system.head.attention.label_vectors.assign(np.zeros((6, 6)))
    # All labels attend alike; these set them apart.
    biases = np.array([0.5, 1.0, 0.5, 1.0, 200.0, 100.0], np.float32)
    system.head.label_biases.assign(biases)
    scores, label_ids = top_k_labels(system, 5)(np.ones((1, 2), np.int32))
    # Both large ones have probability 1: the logits still tell them apart.
    assert label_ids.numpy().tolist() == [[4, 5, 1, 3, 0]]
    assert scores.numpy()[0, :2].tolist() == [1.0, 1.0]


def test_rows_of_weight_zero_are_skipped(tmp_path):
    records = random_records(7)
    data = write_dataset(tmp_path, {"test": [records]})
    batches = list(
        input_pipeline.evaluation_batches(data, "test", Batching(4, 32))
    )
    assert sum(len(batch["weight"]) for batch in batches) > 7
    top_k = predict_top_k(top_k_labels(random_system(), 3), batches)
    assert sorted(top_k.document_ids) == [name for name, *_ in records]
    assert top_k.label_ids.shape == top_k.scores.shape == (7, 3)


def test_documents_keep_their_own_predictions_in_any_batch(tmp_path):
    records = random_records(9)
    data = write_dataset(tmp_path, {"test": [records]})
    system = random_system()
    # One document at a time.
    expected = {
        name: np.sort(system.model(np.array([[*token_ids, 0]]))[0])[::-1]
        for name, token_ids, _ in records
    }
    for batch_size in (4, 20):
        batches = input_pipeline.evaluation_batches(
            data, "test", Batching(batch_size, 32)
        )
        top_k = predict_top_k(top_k_labels(system, 6), batches)
        for name, scores in zip(top_k.document_ids, top_k.scores, strict=True):
            np.testing.assert_allclose(
                scores, 1 / (1 + np.exp(-expected[name])), atol=1e-6
            )


def test_no_more_labels_than_there_are(tmp_path):
    data = write_dataset(tmp_path, {"test": [random_records(2)]})
    batches = input_pipeline.evaluation_batches(data, "test", Batching(4, 32))
    top_k = predict_top_k(top_k_labels(random_system(), 100), batches)
    assert sorted(top_k.label_ids[0]) == list(range(6))


def test_split_is_predicted_with_the_best_model(generated, trained_run):
    top_k = predict_split(
        TrainedModel(trained_run.model_dir),
        generated.data,
        "test",
        top_k=5,
        batch_size=16,
    )
    true_labels = dict(generated.data.true_labels("test"))
    assert sorted(top_k.document_ids) == sorted(true_labels)
    hits = [
        best in true_labels[name]
        for name, best in zip(
            top_k.document_ids, top_k.label_ids[:, 0], strict=True
        )
    ]
    assert np.mean(hits) > 0.95


def test_other_data_than_trained_on_is_refused(tmp_path, trained_run):
    other = write_dataset(tmp_path, {"test": [random_records(2)]})
    model = TrainedModel(trained_run.model_dir)
    with pytest.raises(UserError) as error:
        predict_split(model, other, "test", top_k=5)
    message = str(error.value)
    assert message.startswith(
        f"{trained_run.model_dir} was trained on other data than {tmp_path} "
        "holds: vocab.txt was "
    )
    assert message.endswith("is f00d. Name the data it was trained on.")


def test_split_that_is_missing_or_empty_is_named(tmp_path, trained_run):
    data = write_dataset(tmp_path, {"train": [random_records(2)], "dev": [[]]})
    model = TrainedModel(trained_run.model_dir)
    with pytest.raises(UserError, match="has no split 'test'; it has train"):
        predict_split(model, data, "test", top_k=5)
    with pytest.raises(UserError, match=r"dev split of .* has no documents"):
        predict_split(model, data, "dev", top_k=5)


@pytest.fixture
def untrained(tmp_path):
    """A model of random weights, its data, and their only shard."""
    data_dir, model_dir = tmp_path / "data", tmp_path / "model"
    data = write_dataset(data_dir, {"test": [random_records(5)]})
    run_record.claim(model_dir, CONFIG, TrainingConfig(), data.identity())
    keep_model_data(model_dir, data)
    with Background() as background:
        Checkpoints(model_dir, {}, 1, background).save_best(
            random_system().model
        )
    (shard,) = data_dir.glob("*.tfrecord")
    return TrainedModel(model_dir), data, shard


def test_damaged_record_is_named(untrained):
    model, data, shard = untrained
    shard.write_bytes(shard.read_bytes()[:-5])
    with pytest.raises(UserError, match="record 4: it is damaged"):
        predict_split(model, data, "test", top_k=5, batch_size=4)


# Between two records, and before the first.
@pytest.mark.parametrize("left", [2, 0])
def test_shard_cut_between_records_is_found(untrained, left):
    model, data, shard = untrained
    write_records(shard, random_records(5)[:left])
    with pytest.raises(UserError) as error:
        predict_split(model, data, "test", top_k=5, batch_size=4)
    assert str(error.value).startswith(
        f"The records of the test split hold {left} documents, dataset.json "
        "says 5: "
    )


def test_scores_of_all_labels_are_the_models_logits(untrained):
    model, data, _ = untrained
    expected = {
        name: model.system.model(np.array([[*token_ids, 0]]))[0].numpy()
        for name, token_ids, _ in random_records(5)
    }
    found = {}
    for names, scores in predict_all_labels(model, data, "test", batch_size=2):
        assert scores.dtype == np.float32
        found.update(zip(names, scores, strict=True))
    assert found.keys() == expected.keys()
    for name, scores in found.items():
        np.testing.assert_allclose(scores, expected[name], atol=1e-5)


def test_predictions_say_where_they_come_from(untrained):
    model, data, _ = untrained
    found = predict_split(model, data, "test", top_k=2).made_by
    assert found.system == "attention_xml"
    # Nobody has trained it.
    assert found.train_seconds is None
    assert found.predict_seconds > 0
    assert found.settings["hidden_dim"] == "3"
    assert found.settings["labels.txt"] == data.labels_hash
