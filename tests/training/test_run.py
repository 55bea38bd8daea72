"""The training loop, by what a whole run does."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_runs import MODEL, TRAINING, state
from summary_files import scalars

from axml_tf.console.errors import UserError
from axml_tf.dataset import input_pipeline
from axml_tf.dataset.input_pipeline import Batching
from axml_tf.models.label_head.chunked_loss import head_cross_entropy_sum
from axml_tf.models.layers.multi_label_attention import MultiLabelAttention
from axml_tf.models.systems import attention_xml
from axml_tf.models.systems.attention_xml import AttentionXML
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.training import run as training_run
from axml_tf.training import validation
from axml_tf.training.initialization import initialize
from axml_tf.training.start import train

NO_DROPOUT = dataclasses.replace(MODEL, dropout=0.0, embedding_dropout=0.0)
# As a run of TRAINING reads its batches.
BATCHING = Batching(
    TRAINING.batch_size,
    TRAINING.max_length,
    shuffle_buffer=TRAINING.shuffle_buffer,
    seed=TRAINING.seed,
)


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

    def make(system, *arguments, **options):
        step = make_training_step(system, *arguments, **options)

        def recording(*arguments):
            result = step(*arguments)
            weights.append(system.model.get_weights())
            return result

        return recording

    monkeypatch.setattr(training_run, "make_training_step", make)
    return weights


def test_two_replicas_reach_the_weights_of_one_device(
    data, tmp_path, monkeypatch
):
    reached, sizes_of_chunks = [], []

    def spy(*states, label_chunk_size, **options):
        sizes_of_chunks[-1].add(label_chunk_size)
        return head_cross_entropy_sum(
            *states, label_chunk_size=label_chunk_size, **options
        )

    monkeypatch.setattr(attention_xml, "head_cross_entropy_sum", spy)
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
        train(NO_DROPOUT, settings, data, folder)
        reached.append(state(folder))
    assert sizes_of_chunks == [{0}, {4}]
    alone, together = reached
    assert alone.keys() == together.keys()
    for name, value in alone.items():
        np.testing.assert_allclose(
            together[name], value, atol=1e-5, err_msg=name
        )


def test_training_stops_early_and_keeps_the_best_model(
    data, tmp_path, monkeypatch
):
    weights = weights_after_each_step(monkeypatch)
    remaining = scripted(monkeypatch, [0.2, 0.3, 0.5, 0.4, 0.5, 0.9])
    settings = dataclasses.replace(
        TRAINING, validate_every=1, early_stopping_patience=2
    )
    assert train(MODEL, settings, data, tmp_path) == 0.5
    # An equal value is no better one; the last one was not asked for.
    assert remaining == [0.9]
    assert best_step(tmp_path) == 3
    model = TrainedModel(tmp_path).system.model
    for weight, expected in zip(model.get_weights(), weights[2], strict=True):
        np.testing.assert_array_equal(weight, expected)
    assert np.any(weights[2][0] != weights[3][0])


def test_stopped_run_resumes_with_more_patience(data, tmp_path, monkeypatch):
    settings = dataclasses.replace(
        TRAINING, max_epochs=1, validate_every=1, early_stopping_patience=1
    )
    scripted(monkeypatch, [0.5, 0.4])
    train(MODEL, settings, data, tmp_path)
    # The best value is remembered: 0.45 is none.
    remaining = scripted(monkeypatch, [0.45, 0.6, 0.3, 0.3, 0.3, 0.9])
    more = dataclasses.replace(settings, early_stopping_patience=3)
    assert train(MODEL, more, data, tmp_path) == 0.6
    assert (remaining, best_step(tmp_path)) == ([0.9], 4)


def test_validations_come_at_their_steps_and_when_an_epoch_ends(
    data, tmp_path, monkeypatch
):
    steps = []
    validate = training_run.Run._validate

    def spy(run, meter, epochs_done):
        steps.append(run.progress.step)
        validate(run, meter, epochs_done)

    monkeypatch.setattr(training_run.Run, "_validate", spy)
    scripted(monkeypatch, [0.5] * 9)
    settings = dataclasses.replace(TRAINING, validate_every=6, max_epochs=3)
    train(MODEL, settings, data, tmp_path)
    # Epochs end with steps 8, 16 and 24; none is validated twice.
    assert steps == [6, 8, 12, 16, 18, 24]
    stale = state(tmp_path)["progress/stale_validations"]
    assert stale == 5


def test_average_is_validated_and_kept(data, tmp_path, monkeypatch):
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
    train(MODEL, settings, data, tmp_path)
    # Validations after steps 5, 8, 10, 15, 16, 20 and 24; an average from
    # the end of the second epoch on, which is step 16.
    model = TrainedModel(tmp_path).system.model
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
    data, tmp_path, monkeypatch
):
    monkeypatch.setattr(training_run, "_TELL_EVERY", 1)
    make_training_step = training_run.make_training_step
    limits = []

    def make(*arguments, **options):
        step = make_training_step(*arguments, **options)

        def recording(batch, limit):
            limits.append(float(limit))
            return step(batch, limit)

        return recording

    monkeypatch.setattr(training_run, "make_training_step", make)
    settings = dataclasses.replace(
        TRAINING, gradient_clip_norm=0.0, gradient_clip_factor=0.5
    )
    train(NO_DROPOUT, settings, data, tmp_path)
    curve = scalars(tmp_path / "tensorboard")["train/gradient_norm"]
    norms = [curve[step] for step in sorted(curve)]
    counted = []
    assert limits[0] == np.inf
    for norm, limit in zip(norms, limits[1:], strict=False):
        counted.append(min(norm, 2 * max(counted[-5:], default=np.inf)))
        assert limit == pytest.approx(0.5 * max(counted[-5:]), rel=1e-5)
    assert len(limits) == 16


def test_loss_that_is_no_number_ends_the_run_and_names_the_batch(
    data, tmp_path
):
    settings = dataclasses.replace(
        TRAINING, learning_rate=1e38, warmup_steps=0, checkpoint_every="1"
    )
    with pytest.raises(UserError) as error:
        train(MODEL, settings, data, tmp_path)
    message = str(error.value)
    assert message.startswith("The loss is nan, at step 2. Train anew, in ")
    (kept,) = (tmp_path / "latest").iterdir()
    assert f" Last good checkpoint: {kept}. " in message
    order = [
        [name.decode() for name in batch["id"].numpy() if name]
        for batch in input_pipeline.training_batches(data, BATCHING, epoch=0)
    ]
    assert message.endswith(f". Documents of the batch: {', '.join(order[1])}")


def test_norm_of_the_gradient_is_told(data, tmp_path, monkeypatch):
    monkeypatch.setattr(training_run, "_TELL_EVERY", 1)
    for num_replicas in (1, 2):
        settings = dataclasses.replace(
            TRAINING, max_epochs=1, num_replicas=num_replicas, warmup_steps=0
        )
        train(NO_DROPOUT, settings, data, tmp_path / str(num_replicas))
    # By a plain computation, of the first batch's loss as it stands.
    keras.utils.set_random_seed(TRAINING.seed)
    system = AttentionXML(NO_DROPOUT)
    initialize(system, data)
    model = system.model
    batch = next(iter(input_pipeline.training_batches(data, BATCHING, epoch=0)))
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


def test_attention_points_at_the_planted_words(generated, trained_run):
    assert trained_run.best > 0.95
    system = TrainedModel(trained_run.model_dir).system
    num_true = num_pointed = num_found = 0
    for batch in input_pipeline.evaluation_batches(
        generated.data, "test", Batching(50, 32)
    ):
        keys, values, mask = system.read(batch["token_ids"])
        logits = system.head(keys, values, mask=mask).numpy()
        attention = MultiLabelAttention.attention_weights(
            system.label_vectors, keys, mask
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
