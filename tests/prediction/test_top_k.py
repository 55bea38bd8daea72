import numpy as np
import pytest
from helpers import (
    random_records,
    set_random_weights,
    write_dataset,
    write_records,
)

from axml_tf.console.errors import UserError
from axml_tf.dataset import data_identity, input_pipeline
from axml_tf.dataset.dataset_info import read_true_labels
from axml_tf.models.attention_xml import build_attention_xml
from axml_tf.models.model_config import ModelConfig
from axml_tf.prediction.top_k import predict_split, predict_top_k, top_k_labels
from axml_tf.runs import run_record
from axml_tf.runs.background import Background
from axml_tf.runs.checkpoints import Checkpoints
from axml_tf.runs.training_config import TrainingConfig


def random_model(**options):
    model = build_attention_xml(
        ModelConfig(*(50, 6, 4), hidden_dim=3, fc_dims=(4,), **options)
    )
    set_random_weights(model)
    return model


def test_best_labels_and_probabilities_equal_a_plain_sort():
    model = random_model()
    token_ids = np.array([[3, 9, 4], [7, 2, 0], [0, 0, 0]], np.int32)
    scores, label_ids = top_k_labels(model, 4)(token_ids)
    for row, logits in enumerate(model(token_ids).numpy().astype(float)):
        best = sorted(range(6), key=lambda label: -logits[label])[:4]
        assert label_ids[row].numpy().tolist() == best
        np.testing.assert_allclose(
            scores[row], 1 / (1 + np.exp(-logits[best])), rtol=1e-5
        )


def test_ties_have_the_lower_label_id_first():
    model = random_model(label_bias=True)
    head = model.get_layer("label_head")
    head.attention.label_vectors.assign(np.zeros((6, 6)))
    # All labels attend alike; these set them apart.
    biases = np.array([0.5, 1.0, 0.5, 1.0, 200.0, 100.0], np.float32)
    head.label_biases.assign(biases)
    scores, label_ids = top_k_labels(model, 5)(np.ones((1, 2), np.int32))
    # Both large ones have probability 1: the logits still tell them apart.
    assert label_ids.numpy().tolist() == [[4, 5, 1, 3, 0]]
    assert scores.numpy()[0, :2].tolist() == [1.0, 1.0]


def test_rows_of_weight_zero_are_left_out(tmp_path):
    records = random_records(7)
    info = write_dataset(tmp_path, {"test": [records]})
    batches = list(
        input_pipeline.evaluation_batches(tmp_path, info, "test", 4, 32)
    )
    assert sum(len(batch["weight"]) for batch in batches) > 7
    top_k = predict_top_k(top_k_labels(random_model(), 3), batches)
    assert sorted(top_k.document_ids) == [name for name, *_ in records]
    assert top_k.label_ids.shape == top_k.scores.shape == (7, 3)


def test_documents_keep_their_own_predictions_in_any_batch(tmp_path):
    records = random_records(9)
    info = write_dataset(tmp_path, {"test": [records]})
    model = random_model()
    # One document at a time.
    expected = {
        name: np.sort(model(np.array([[*token_ids, 0]]))[0])[::-1]
        for name, token_ids, _ in records
    }
    for batch_size in (4, 20):
        batches = input_pipeline.evaluation_batches(
            tmp_path, info, "test", batch_size, 32
        )
        top_k = predict_top_k(top_k_labels(model, 6), batches)
        for name, scores in zip(top_k.document_ids, top_k.scores, strict=True):
            np.testing.assert_allclose(
                scores, 1 / (1 + np.exp(-expected[name])), atol=1e-6
            )


def test_no_more_labels_than_there_are(tmp_path):
    info = write_dataset(tmp_path, {"test": [random_records(2)]})
    batches = input_pipeline.evaluation_batches(tmp_path, info, "test", 4, 32)
    top_k = predict_top_k(top_k_labels(random_model(), 100), batches)
    assert sorted(top_k.label_ids[0]) == list(range(6))


def test_split_is_predicted_with_the_best_model(generated, trained_run):
    top_k = predict_split(
        trained_run.model_dir, generated.data_dir, "test", 5, batch_size=16
    )
    true_labels = dict(read_true_labels(generated.data_dir, "test"))
    assert sorted(top_k.document_ids) == sorted(true_labels)
    hits = [
        best in true_labels[name]
        for name, best in zip(
            top_k.document_ids, top_k.label_ids[:, 0], strict=True
        )
    ]
    assert np.mean(hits) > 0.95


def test_other_data_than_trained_on_is_refused(tmp_path, trained_run):
    write_dataset(tmp_path, {"test": [random_records(2)]})
    with pytest.raises(UserError) as error:
        predict_split(trained_run.model_dir, tmp_path, "test", 5, 4)
    message = str(error.value)
    assert message.startswith(
        f"{trained_run.model_dir} was trained on other data than {tmp_path} "
        "holds: vocab.txt was "
    )
    assert message.endswith("is f00d. Name the data it was trained on.")


def test_split_that_is_missing_or_empty_is_named(tmp_path):
    write_dataset(tmp_path, {"train": [random_records(2)], "dev": [[]]})
    with pytest.raises(UserError, match="has no split 'test'; it has train"):
        predict_split(tmp_path, tmp_path, "test", 5, 4)
    with pytest.raises(UserError, match=r"dev split of .* has no documents"):
        predict_split(tmp_path, tmp_path, "dev", 5, 4)


@pytest.fixture
def untrained(tmp_path):
    """Folders of data and of a run on them, and the only shard."""
    data_dir, model_dir = tmp_path / "data", tmp_path / "model"
    info = write_dataset(data_dir, {"test": [random_records(5)]})
    run_record.claim(
        model_dir,
        ModelConfig(*(50, 6, 4), hidden_dim=3, fc_dims=(4,)),
        TrainingConfig(),
        data_identity.model_parts(data_dir, info),
    )
    with Background() as background:
        Checkpoints(model_dir, {}, 1, background).save_best(random_model())
    (shard,) = data_dir.glob("*.tfrecord")
    return data_dir, model_dir, shard


def test_damaged_record_is_named(untrained):
    data_dir, model_dir, shard = untrained
    shard.write_bytes(shard.read_bytes()[:-5])
    with pytest.raises(UserError, match="record 4: it is damaged"):
        predict_split(model_dir, data_dir, "test", 5, 4)


# Between two records, and before the first.
@pytest.mark.parametrize("left", [2, 0])
def test_shard_cut_between_records_is_found(untrained, left):
    data_dir, model_dir, shard = untrained
    write_records(shard, random_records(5)[:left])
    with pytest.raises(UserError) as error:
        predict_split(model_dir, data_dir, "test", 5, 4)
    assert str(error.value).startswith(
        f"The records of the test split hold {left} documents, dataset.json "
        "says 5: "
    )
