"""What a run is refused for before its first step, and what it may skip."""

import dataclasses

import pytest
from helpers import random_records, write_dataset, write_records
from small_runs import MODEL, TRAINING, write_data

from axml_tf.console.errors import UserError
from axml_tf.training.start import model_config_for, train


def test_batch_that_replicas_cannot_share_is_refused(data, tmp_path):
    settings = dataclasses.replace(TRAINING, num_replicas=2, batch_size=7)
    with pytest.raises(UserError) as error:
        train(MODEL, settings, data, tmp_path)
    assert str(error.value) == (
        "--batch_size=7 must be a multiple of the 2 replicas."
    )
    # The corrected command may use the same folder.
    assert not (tmp_path / "config.json").exists()


@pytest.mark.parametrize("split", ["train", "dev"])
def test_shard_cut_between_records_is_found(split, tmp_path):
    data = write_data(tmp_path / "data")
    path = data.folder / f"{split}-00000.tfrecord"
    path.write_bytes(b"")
    with pytest.raises(UserError, match=f"records of the {split} split hold"):
        train(MODEL, TRAINING, data, tmp_path / "model")


@pytest.mark.parametrize("split", ["train", "dev"])
def test_data_without_a_split_or_its_documents_are_refused(tmp_path, split):
    splits = {"train": [random_records(3)], "dev": [random_records(3)]}
    data = write_dataset(tmp_path, {**splits, split: [[]]})
    with pytest.raises(UserError, match=f"The {split} split of .* is empty"):
        train(MODEL, TRAINING, data, tmp_path / "model")
    del splits[split]
    data = write_dataset(tmp_path, splits)
    with pytest.raises(UserError, match=f"has no split '{split}'"):
        train(MODEL, TRAINING, data, tmp_path / "model")


def test_bad_records_are_skipped_counted_and_named(tmp_path, capsys):
    model_dir = tmp_path / "model"
    records = random_records(20, seed=0, longest=16)
    names = [name for name, *_ in records]
    bad = [("d3", [5, 50], [1]), ("d7", [5], [6])]
    for record in bad:
        records[names.index(record[0])] = record
    data = write_dataset(
        tmp_path / "data",
        {"train": [records], "dev": [random_records(5, longest=16)]},
    )
    truth = "".join(f"{name}\t0\n" for name in names)
    data.true_labels_path("train").write_text(truth)
    with pytest.raises(UserError, match=r"document 'd[37]'"):
        train(MODEL, TRAINING, data, tmp_path / "fails")
    settings = dataclasses.replace(TRAINING, on_bad_record="skip", max_epochs=1)
    train(MODEL, settings, data, model_dir)
    out = capsys.readouterr().out
    # At the start and in the end.
    assert out.count("their records are bad: 2\n  ids d3, d7\n") == 2
    skipped = (model_dir / "skipped.txt").read_text()
    assert "document d3\t" in skipped and "document d7\t" in skipped
    # A run whose documents come and go would not resume as it began.
    path = data.folder / "train-00000.tfrecord"
    write_records(path, [record for record in records if record not in bad])
    more = dataclasses.replace(settings, max_epochs=2)
    train(MODEL, more, data, model_dir)
    write_records(path, records[:-1])
    with pytest.raises(UserError, match="train_skipped was 2, is 3"):
        train(MODEL, more, data, model_dir)


def test_training_without_a_good_record_is_refused(tmp_path):
    data = write_data(tmp_path / "data")
    for path in data.folder.glob("train-*"):
        path.write_bytes(b"")
    truth = "".join(f"d{number}\t0\n" for number in range(44))
    data.true_labels_path("train").write_text(truth)
    settings = dataclasses.replace(TRAINING, on_bad_record="skip")
    with pytest.raises(UserError, match="All records of the train split"):
        train(MODEL, settings, data, tmp_path / "model")


@pytest.mark.parametrize(
    ("setting", "value"),
    [("mixed_precision", "bfloat16"), ("label_chunk_size", 3)],
)
def test_settings_that_the_system_does_not_know_are_refused(
    data, tmp_path, setting, value
):
    settings = dataclasses.replace(TRAINING, **{setting: value})
    with pytest.raises(UserError) as error:
        train(
            dataclasses.replace(MODEL, model="xml_cnn"),
            settings,
            data,
            tmp_path / "m",
        )
    assert str(error.value) == (
        f"--{setting}={value} is not for xml_cnn. Leave it out with "
        "--model=xml_cnn."
    )
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    ("setting", "name"), [("model", "xml_gnn"), ("encoder", "transformer")]
)
def test_unknown_model_or_encoder_claims_no_folder(
    data, tmp_path, setting, name
):
    with pytest.raises(UserError, match=f"--{setting} must be one of .*{name}"):
        train(
            dataclasses.replace(MODEL, **{setting: name}),
            TRAINING,
            data,
            tmp_path / "m",
        )
    assert not (tmp_path / "m").exists()


def test_data_decide_the_sizes_of_a_model(tmp_path):
    plain = write_data(tmp_path / "plain")
    config = model_config_for(plain, embedding_dim=9, hidden_dim=3)
    assert (config.vocab_size, config.num_labels) == (50, 6)
    assert (config.embedding_dim, config.hidden_dim) == (9, 3)
    # Vectors have a width of their own.
    with_vectors = write_data(tmp_path / "vectors", embedding_dim=4)
    config = model_config_for(with_vectors, embedding_dim=9)
    assert config.embedding_dim == 4


def test_model_folder_keeps_what_a_model_needs_of_its_data(data, tmp_path):
    settings = dataclasses.replace(TRAINING, max_epochs=1)
    train(MODEL, settings, data, tmp_path)
    kept = tmp_path / "data"
    assert sorted(path.name for path in kept.iterdir()) == [
        *("dataset.json", "labels.txt", "vocab.txt")
    ]
    for path in kept.iterdir():
        assert path.read_bytes() == (data.folder / path.name).read_bytes()
