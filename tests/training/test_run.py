import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
from helpers import (
    random_records,
    set_random_weights,
    write_dataset,
    write_records,
)
from small_runs import MODEL, TRAINING, state, write_data
from summary_files import graphs, scalars, summaries
from tensorboard.plugins.hparams.api_pb2 import STATUS_SUCCESS
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from axml_tf.console.errors import UserError
from axml_tf.dataset import input_pipeline
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.models import registry as builders
from axml_tf.models.attention_xml import build_attention_xml, split_at_head
from axml_tf.models.label_head.chunked_loss import head_cross_entropy_sum
from axml_tf.models.layers.multi_label_attention import MultiLabelAttention
from axml_tf.runs.checkpoints import load_best_model
from axml_tf.training import run as training_run
from axml_tf.training import validation
from axml_tf.training.distribution import make_strategy
from axml_tf.training.initialization import initialize
from axml_tf.training.start import train
from axml_tf.training.step import make_training_step

NO_DROPOUT = dataclasses.replace(MODEL, dropout=0.0, embedding_dropout=0.0)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


def best_step(folder):
    """Step at which the curves of the best model have their last point."""
    return max(scalars(folder / "tensorboard")["best/nDCG@5"])


def scripted(monkeypatch, scores):
    """Validations find these nDCG@5, one after another."""
    remaining = list(scores)
    monkeypatch.setattr(
        validation,
        "ranking_measures",
        lambda *_, **__: {"nDCG@5": remaining.pop(0)},
    )
    return remaining


def weights_after_each_step(monkeypatch):
    """A list that fills while training runs."""
    make_training_step = training_run.make_training_step
    weights = []

    def make(strategy, model, *arguments):
        step = make_training_step(strategy, model, *arguments)

        def recording(*arguments):
            result = step(*arguments)
            weights.append(model.get_weights())
            return result

        return recording

    monkeypatch.setattr(training_run, "make_training_step", make)
    return weights


def test_two_replicas_reach_the_weights_of_one_device(
    data_dir, tmp_path, monkeypatch
):
    reached, sizes_of_chunks = [], []

    def spy(*arguments):
        sizes_of_chunks[-1].add(arguments[-1])
        return head_cross_entropy_sum(*arguments)

    monkeypatch.setattr(builders, "head_cross_entropy_sum", spy)
    # All 6 labels at once, and a chunk of 4 and then 2.
    for num_replicas, chunk in ((1, 0), (2, 4)):
        folder = tmp_path / str(num_replicas)
        settings = dataclasses.replace(
            TRAINING,
            max_epochs=1,
            num_replicas=num_replicas,
            label_chunk_size=chunk,
        )
        sizes_of_chunks.append(set())
        train(NO_DROPOUT, settings, data_dir, folder)
        reached.append(state(folder))
    assert sizes_of_chunks == [{0}, {4}]
    alone, together = reached
    assert alone.keys() == together.keys()
    for name, value in alone.items():
        np.testing.assert_allclose(
            together[name], value, atol=1e-5, err_msg=name
        )


def test_batch_that_replicas_cannot_share_is_refused(data_dir, tmp_path):
    settings = dataclasses.replace(TRAINING, num_replicas=2, batch_size=7)
    with pytest.raises(UserError) as error:
        train(MODEL, settings, data_dir, tmp_path)
    assert str(error.value) == (
        "--batch_size=7 must be a multiple of the 2 replicas."
    )
    # The corrected command may use the same folder.
    assert not (tmp_path / "config.json").exists()


@pytest.mark.parametrize("split", ["train", "dev"])
def test_shard_cut_between_records_is_found(split, tmp_path):
    data_dir = write_data(tmp_path / "data")
    path = data_dir / f"{split}-00000.tfrecord"
    path.write_bytes(b"")
    with pytest.raises(UserError, match=f"records of the {split} split hold"):
        train(MODEL, TRAINING, data_dir, tmp_path / "model")


def test_training_stops_early_and_keeps_the_best_model(
    data_dir, tmp_path, monkeypatch
):
    weights = weights_after_each_step(monkeypatch)
    remaining = scripted(monkeypatch, [0.2, 0.3, 0.5, 0.4, 0.5, 0.9])
    settings = dataclasses.replace(
        TRAINING, validate_every=1, early_stopping_patience=2
    )
    assert train(MODEL, settings, data_dir, tmp_path) == 0.5
    # An equal value is no better one; the last one was not asked for.
    assert remaining == [0.9]
    assert best_step(tmp_path) == 3
    model, *_ = load_best_model(tmp_path)
    for weight, expected in zip(model.get_weights(), weights[2], strict=True):
        np.testing.assert_array_equal(weight, expected)
    assert np.any(weights[2][0] != weights[3][0])


def test_stopped_run_goes_on_with_more_patience(
    data_dir, tmp_path, monkeypatch
):
    settings = dataclasses.replace(
        TRAINING, max_epochs=1, validate_every=1, early_stopping_patience=1
    )
    scripted(monkeypatch, [0.5, 0.4])
    train(MODEL, settings, data_dir, tmp_path)
    # The best value is remembered: 0.45 is none.
    remaining = scripted(monkeypatch, [0.45, 0.6, 0.3, 0.3, 0.3, 0.9])
    more = dataclasses.replace(settings, early_stopping_patience=3)
    assert train(MODEL, more, data_dir, tmp_path) == 0.6
    assert (remaining, best_step(tmp_path)) == ([0.9], 4)


def test_validations_come_at_their_steps_and_when_an_epoch_ends(
    data_dir, tmp_path, monkeypatch
):
    steps = []
    validate = training_run.Run._validate

    def spy(run, meter, epochs_done):
        steps.append(run.progress.step)
        validate(run, meter, epochs_done)

    monkeypatch.setattr(training_run.Run, "_validate", spy)
    scripted(monkeypatch, [0.5] * 9)
    settings = dataclasses.replace(TRAINING, validate_every=6, max_epochs=3)
    train(MODEL, settings, data_dir, tmp_path)
    # Epochs end with steps 8, 16 and 24; none is validated twice.
    assert steps == [6, 8, 12, 16, 18, 24]
    stale = state(tmp_path)["progress/stale_validations"]
    assert stale == 5


def test_average_is_validated_and_kept(data_dir, tmp_path, monkeypatch):
    weights = weights_after_each_step(monkeypatch)
    scripted(monkeypatch, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])
    settings = dataclasses.replace(
        TRAINING,
        max_epochs=3,
        # Its end is one of learning.
        decay_epochs=0,
        validate_every=5,
        swa_start_epoch=2,
    )
    train(MODEL, settings, data_dir, tmp_path)
    # Validations after steps 5, 8, 10, 15, 16, 20 and 24; an average from
    # the end of the second epoch on, which is step 16.
    model, *_ = load_best_model(tmp_path)
    moments = [weights[step - 1] for step in (16, 20, 24)]
    for place, weight in enumerate(model.get_weights()):
        expected = np.mean([moment[place] for moment in moments], axis=0)
        np.testing.assert_allclose(weight, expected, atol=1e-6)
    # What is trained goes its own way.
    trained = [
        value
        for name, value in state(tmp_path).items()
        # Weights, not the states of the random generators.
        if name.startswith("model/") and value.dtype == np.float32
    ]
    for value, weight in zip(trained, weights[-1], strict=True):
        np.testing.assert_array_equal(value, weight)


def test_gradient_is_clipped_at_what_the_last_steps_had(
    data_dir, tmp_path, monkeypatch
):
    monkeypatch.setattr(training_run, "_SUMMARIZE_EVERY", 1)
    make_training_step = training_run.make_training_step
    limits = []

    def make(*arguments):
        step = make_training_step(*arguments)

        def recording(batch, limit):
            limits.append(float(limit))
            return step(batch, limit)

        return recording

    monkeypatch.setattr(training_run, "make_training_step", make)
    settings = dataclasses.replace(
        TRAINING, gradient_clip_norm=0.0, gradient_clip_factor=0.5
    )
    train(NO_DROPOUT, settings, data_dir, tmp_path)
    curve = scalars(tmp_path / "tensorboard")["train/gradient_norm"]
    norms = [curve[step] for step in sorted(curve)]
    counted = []
    assert limits[0] == np.inf
    for norm, limit in zip(norms, limits[1:], strict=False):
        counted.append(min(norm, 2 * max(counted[-5:], default=np.inf)))
        assert limit == pytest.approx(0.5 * max(counted[-5:]), rel=1e-5)
    assert len(limits) == 16


@pytest.mark.parametrize("num_replicas", [1, 2])
def test_clipped_step_is_as_long_as_its_limit(num_replicas):
    # With plain gradient descent a step is the gradient itself.
    strategy = make_strategy(num_replicas)
    model_config = dataclasses.replace(NO_DROPOUT, label_bias=False)
    with strategy.scope():
        model = build_attention_xml(model_config)
        set_random_weights(model)
        optimizer = keras.optimizers.SGD(1.0)
        optimizer.build(model.trainable_variables)
    dataset = tf.data.Dataset.from_tensors(
        {
            "id": tf.constant(["a", "b"]),
            "token_ids": tf.constant([[3, 4], [5, 0]]),
            "label_ids": tf.constant([[1, 2], [0, -1]]),
            "weight": tf.ones(2),
        }
    )
    dataset = strategy.experimental_distribute_dataset(dataset)
    step = make_training_step(
        strategy, model, optimizer, TRAINING, dataset.element_spec
    )
    for limit, share in ((np.inf, 1.0), (1e-3, None)):
        before = model.get_weights()
        _, _, norm = step(next(iter(dataset)), np.float32(limit))
        moved = np.sqrt(
            sum(
                np.square(a - b).sum()
                for a, b in zip(model.get_weights(), before, strict=True)
            )
        )
        expected = float(norm) if share else limit
        assert moved == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("split", ["train", "dev"])
def test_data_without_a_split_or_its_documents_are_refused(tmp_path, split):
    splits = {"train": [random_records(3)], "dev": [random_records(3)]}
    write_dataset(tmp_path, {**splits, split: [[]]})
    with pytest.raises(UserError, match=f"The {split} split of .* is empty"):
        train(MODEL, TRAINING, tmp_path, tmp_path / "model")
    del splits[split]
    write_dataset(tmp_path, splits)
    with pytest.raises(UserError, match=f"has no split '{split}'"):
        train(MODEL, TRAINING, tmp_path, tmp_path / "model")


def test_loss_that_is_no_number_ends_the_run_and_names_the_batch(
    data_dir, tmp_path
):
    settings = dataclasses.replace(
        TRAINING, learning_rate=1e38, warmup_steps=0, checkpoint_every="1"
    )
    with pytest.raises(UserError) as error:
        train(MODEL, settings, data_dir, tmp_path)
    message = str(error.value)
    assert message.startswith("The loss is nan, at step 2. Train anew, in ")
    (kept,) = (tmp_path / "latest").iterdir()
    assert f" Last good checkpoint: {kept}. " in message
    order = [
        [name.decode() for name in batch["id"].numpy() if name]
        for batch in input_pipeline.training_batches(
            data_dir, DatasetInfo.load(data_dir), settings, 0
        )
    ]
    assert message.endswith(f". Documents of the batch: {', '.join(order[1])}")


def test_bad_records_are_left_out_counted_and_named(tmp_path, capsys):
    data_dir, model_dir = tmp_path / "data", tmp_path / "model"
    records = random_records(20, seed=0, longest=16)
    names = [name for name, *_ in records]
    bad = [("d3", [5, 50], [1]), ("d7", [5], [6])]
    for record in bad:
        records[names.index(record[0])] = record
    write_dataset(
        data_dir,
        {"train": [records], "dev": [random_records(5, longest=16)]},
    )
    truth = "".join(f"{name}\t0\n" for name in names)
    (data_dir / "train.labels.txt").write_text(truth)
    with pytest.raises(UserError, match=r"document 'd[37]'"):
        train(MODEL, TRAINING, data_dir, tmp_path / "fails")
    settings = dataclasses.replace(TRAINING, on_bad_record="skip", max_epochs=1)
    train(MODEL, settings, data_dir, model_dir)
    out = capsys.readouterr().out
    # At the start and in the end.
    assert out.count("their records are bad: 2\n  ids d3, d7\n") == 2
    skipped = (model_dir / "skipped.txt").read_text()
    assert "document d3\t" in skipped and "document d7\t" in skipped
    # A run whose documents come and go would not go on as it began.
    path = data_dir / "train-00000.tfrecord"
    write_records(path, [record for record in records if record not in bad])
    more = dataclasses.replace(settings, max_epochs=2)
    train(MODEL, more, data_dir, model_dir)
    write_records(path, records[:-1])
    with pytest.raises(UserError, match="train_left_out was 2, is 3"):
        train(MODEL, more, data_dir, model_dir)


def test_training_without_a_good_record_is_refused(tmp_path):
    data_dir = write_data(tmp_path / "data")
    for path in data_dir.glob("train-*"):
        path.write_bytes(b"")
    truth = "".join(f"d{number}\t0\n" for number in range(44))
    (data_dir / "train.labels.txt").write_text(truth)
    settings = dataclasses.replace(TRAINING, on_bad_record="skip")
    with pytest.raises(UserError, match="All records of the train split"):
        train(MODEL, settings, data_dir, tmp_path / "model")


def test_tensorboard_gets_scalars(data_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(training_run, "_SUMMARIZE_EVERY", 4)
    best = train(MODEL, TRAINING, data_dir, tmp_path)
    curves = scalars(tmp_path / "tensorboard")
    assert curves.keys() == {
        *("train/loss", "train/documents_per_second"),
        *("train/learning_rate", "train/gradient_norm"),
        "dev/attention_entropy",
        *(
            f"{split}/{name}@{k}"
            for split in ("dev", "best")
            for name in ("P", "nDCG")
            for k in (1, 3, 5)
        ),
    }
    assert list(curves["train/loss"]) == [4, 8, 12, 16]
    assert all(0 < loss < 2 for loss in curves["train/loss"].values())
    assert list(curves["dev/nDCG@5"]) == [8, 16]
    assert max(curves["dev/nDCG@5"].values()) == pytest.approx(best)
    # After 4 steps: past the warm-up, 4 of 12 steps down the cosine.
    assert curves["train/learning_rate"][4] == pytest.approx(
        5e-3 * np.cos(np.pi / 6) ** 2
    )
    # Before the first step, and after each epoch.
    assert list(curves["dev/attention_entropy"]) == [0, 8, 16]


def test_tensorboard_gets_the_norm_of_the_gradient(
    data_dir, tmp_path, monkeypatch
):
    monkeypatch.setattr(training_run, "_SUMMARIZE_EVERY", 1)
    for num_replicas in (1, 2):
        settings = dataclasses.replace(
            TRAINING, max_epochs=1, num_replicas=num_replicas, warmup_steps=0
        )
        train(NO_DROPOUT, settings, data_dir, tmp_path / str(num_replicas))
    # By a plain computation, of the first batch's loss as it stands.
    keras.utils.set_random_seed(TRAINING.seed)
    model = build_attention_xml(NO_DROPOUT)
    info = DatasetInfo.load(data_dir)
    initialize(model, NO_DROPOUT, info, data_dir)
    batch = next(
        iter(input_pipeline.training_batches(data_dir, info, TRAINING, 0))
    )
    targets = np.zeros((8, 6), "float32")
    for row, labels in enumerate(batch["label_ids"].numpy()):
        targets[row, labels[labels >= 0]] = 1
    real = batch["weight"].numpy()
    with tf.GradientTape() as tape:
        loss = tf.nn.sigmoid_cross_entropy_with_logits(
            targets, model(batch["token_ids"])
        )
        loss = tf.reduce_sum(tf.reduce_sum(loss, 1) * real) / real.sum()
    gradients = tape.gradient(loss, [v.value for v in model.trainable_weights])
    squares = [np.square(tf.convert_to_tensor(g)).sum() for g in gradients]
    # An embedding's gradient counts word by word, as TensorFlow clips it.
    squares[0] = np.square(gradients[0].values).sum()
    for num_replicas in (1, 2):
        curve = scalars(tmp_path / str(num_replicas) / "tensorboard")
        assert curve["train/gradient_norm"][1] == pytest.approx(
            np.sqrt(sum(squares)), rel=1e-4
        )


def test_attention_is_looked_at_every_so_many_epochs(data_dir, tmp_path):
    for every, steps in ((0, None), (2, [0, 16, 32])):
        settings = dataclasses.replace(
            TRAINING, max_epochs=5, attention_every=every
        )
        train(MODEL, settings, data_dir, tmp_path / str(every))
        curves = scalars(tmp_path / str(every) / "tensorboard")
        found = curves.get("dev/attention_entropy")
        assert (list(found) if found else None) == steps


def test_tensorboard_gets_settings_graph_and_an_end(data_dir, tmp_path):
    train(MODEL, TRAINING, data_dir, tmp_path)
    folder = tmp_path / "tensorboard"
    contents = [
        HParamsPluginData.FromString(value.metadata.plugin_data.content)
        for value in summaries(folder)
        if value.metadata.plugin_data.plugin_name == "hparams"
    ]
    start, *_ = [
        x.session_start_info.hparams
        for x in contents
        if x.HasField("session_start_info")
    ]
    assert start["learning_rate"].number_value == 5e-3
    assert start["hidden_dim"].number_value == 3
    assert start["mixed_precision"].string_value == "none"
    assert contents[-1].session_end_info.status == STATUS_SUCCESS
    (graph,) = graphs(folder)
    layers = {node.name.split("/")[0] for node in graph.node}
    for layer in ("embedding", "bilstm", "value_projection", "label_head"):
        assert any(name.startswith(layer) for name in layers)


def test_validation_measures_every_dev_document(
    data_dir, monkeypatch, tmp_path
):
    seen = {}

    def spy(label_ids, true_labels, ks):
        seen.update(rows=len(label_ids), true=sorted(map(list, true_labels)))
        return {"nDCG@5": 0.5}

    monkeypatch.setattr(validation, "ranking_measures", spy)
    train(
        MODEL,
        dataclasses.replace(TRAINING, max_epochs=1),
        data_dir,
        tmp_path,
    )
    records = random_records(10, seed=1, longest=16)
    assert seen["rows"] == 10
    assert seen["true"] == sorted(labels for *_, labels in records)


def test_attention_points_at_the_planted_words(generated, trained_run):
    assert trained_run.best > 0.95
    model, *_ = load_best_model(trained_run.model_dir)
    trunk, head = split_at_head(model)
    num_true = num_pointed = num_found = 0
    for batch in input_pipeline.evaluation_batches(
        generated.data_dir, generated.info, "test", 50, 32
    ):
        keys, values, mask = trunk(batch["token_ids"])
        logits = head(keys, values, mask=mask).numpy()
        attention = MultiLabelAttention.attention_weights(
            head.attention.label_vectors, keys, mask
        ).numpy()
        for row in np.flatnonzero(batch["weight"]):
            true = [i for i in batch["label_ids"][row].numpy() if i >= 0]
            num_true += len(true)
            best = np.argsort(-logits[row])[: len(true)]
            for label in set(best) & set(true):
                num_found += 1
                place = attention[row, label].argmax()
                word = int(batch["token_ids"][row, place])
                num_pointed += word in generated.triggers[label]
    assert num_found > 0.95 * num_true
    assert num_pointed >= 0.95 * num_found
