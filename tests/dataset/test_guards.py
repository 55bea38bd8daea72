"""Damaged, contradictory, very small sets: handled or refused, end to end."""

import dataclasses
import json
import os

import numpy as np
import pytest
from helpers import random_records, write_dataset, write_records
from small_runs import MODEL, TRAINING, write_data

from axml_tf.console.errors import UserError
from axml_tf.data_prep.prepare import prepare
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.prediction.top_k import predict_split
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.training.start import train

ONE_EPOCH = dataclasses.replace(
    TRAINING, max_epochs=1, decay_epochs=1, attention_every=0
)


@pytest.fixture
def folder(tmp_path):
    """Prepared data, of which each test damages something."""
    return write_data(tmp_path / "data").folder


def assert_refused(folder, message):
    """Training ends in one line; what it had found is not trained on."""
    with pytest.raises(UserError, match=message) as error:
        train(MODEL, ONE_EPOCH, PreparedData(folder), folder.parent / "model")
    assert len(str(error.value).splitlines()) == 1


def shard(folder, number=1, split="train"):
    return folder / PreparedData(folder).info.split(split).shards[number]


def assert_trains(data, model=MODEL):
    """Trains an epoch and predicts dev; the predictions."""
    model_dir = data.folder.parent / "model"
    best = train(model, ONE_EPOCH, data, model_dir)
    assert 0 <= best <= 1
    found = predict_split(
        TrainedModel(model_dir), data, "dev", top_k=6, batch_size=4
    )
    assert len(found.document_ids) == data.info.split("dev").num_documents
    assert np.isfinite(found.scores).all()
    assert (found.scores >= 0).all() and (found.scores <= 1).all()
    return found


def test_shard_without_the_right_to_read_it_is_named(folder):
    shard(folder).chmod(0)
    if os.access(shard(folder), os.R_OK):
        pytest.skip("Who runs this may read everything.")
    assert_refused(folder, f"{shard(folder)} must not be read")


def test_missing_shard_is_named(folder):
    shard(folder).unlink()
    assert_refused(folder, f"{shard(folder)} among them")


def test_wrong_checksum_is_found_and_named(folder):
    content = bytearray(shard(folder).read_bytes())
    content[-1] ^= 1
    shard(folder).write_bytes(content)
    assert_refused(folder, f"{shard(folder)}, record 23: it is damaged")


def test_wrong_checksum_in_dev_is_found_and_named(folder):
    path = shard(folder, 0, "dev")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert_refused(folder, f"{path}, record 9: it is damaged")


@pytest.mark.parametrize(
    "name", ["format_version", "schema_version", "tokenizer_version"]
)
def test_data_of_another_version_are_refused(folder, name):
    path = folder / "dataset.json"
    content = json.loads(path.read_text())
    content[name] += 1
    path.write_text(json.dumps(content))
    spelt = name.replace("_", "[_ ]")
    assert_refused(
        folder,
        f"{path} has {spelt} {content[name]}, this program reads "
        f"{content[name] - 1}",
    )


@pytest.mark.parametrize("name", ["vocab.txt", "labels.txt"])
@pytest.mark.parametrize("change", [-1, 1])
def test_names_that_do_not_fit_the_description_are_refused(
    folder, name, change
):
    path = folder / name
    lines = path.read_text().splitlines(keepends=True)
    lines = lines[:change] if change < 0 else [*lines, "more\t1\n"]
    path.write_text("".join(lines))
    assert_refused(
        folder,
        f"{path} has {len(lines)} lines, dataset.json says "
        f"{len(lines) - change}",
    )


def test_missing_names_are_refused(folder):
    (folder / "vocab.txt").unlink()
    assert_refused(folder, r"vocab\.txt is missing")


@pytest.mark.parametrize("split", ["train", "dev"])
def test_label_out_of_range_is_named(folder, split):
    path = shard(folder, 0, split)
    count = 20 if split == "train" else 10
    records = random_records(count, longest=16)
    records[3] = ("culprit", [2], [6])
    write_records(path, records)
    assert_refused(
        folder, f"{path}, record 3, document 'culprit': .*below 6, found 6"
    )


def test_word_out_of_range_is_named(folder):
    records = random_records(24, longest=16)
    records[5] = ("culprit", [2, 50], [0])
    write_records(shard(folder), records)
    assert_refused(
        folder,
        f"{shard(folder)}, record 5, document 'culprit': .*below 50, found 50",
    )


def test_shard_cut_off_between_two_records_is_missed(folder):
    write_records(shard(folder), random_records(23, longest=16))
    assert_refused(folder, "hold 43 documents, dataset.json says 44")


@pytest.mark.parametrize("split", ["train", "dev"])
def test_split_without_documents_is_refused(tmp_path, split):
    splits = {"train": [random_records(9)], "dev": [random_records(9)]}
    splits[split] = [[]]
    folder = tmp_path / "data"
    write_dataset(folder, splits)
    assert_refused(folder, f"The {split} split of {folder} is empty")


def test_documents_without_words_or_labels_are_trained_on(tmp_path):
    """Of the batches one is all padding, one has no word that is known."""
    train_records = [
        *((f"empty {i}", [], [0]) for i in range(8)),
        *((f"padding {i}", [0] * 4, [1]) for i in range(8)),
        *((f"unknown {i}", [1] * 8, [2]) for i in range(8)),
        *((f"no label {i}", [2, 3], []) for i in range(8)),
    ]
    dev_records = [
        ("empty", [], [0]),
        ("padding", [0] * 4, [1]),
        ("unknown", [1] * 8, []),
        ("good", [2, 3], [3]),
    ]
    data = write_dataset(
        tmp_path / "data", {"train": [train_records], "dev": [dev_records]}
    )
    found = assert_trains(data)
    by_id = dict(zip(found.document_ids, found.scores.tolist(), strict=True))
    # No word, or none but padding: the model sees the same.
    assert by_id["empty"] == pytest.approx(by_id["padding"])


def raw_lines(folder, train, dev):
    """Writes raw documents: (text, labels) each."""
    folder.mkdir()
    for split, documents in (("train", train), ("dev", dev)):
        for kind, lines in zip(
            ("texts", "labels"), zip(*documents, strict=True), strict=True
        ):
            path = folder / f"{split}_{kind}.txt"
            path.write_text("".join(f"{line}\n" for line in lines))


@pytest.mark.parametrize(
    ("train_documents", "num_labels"),
    [
        ([("cats and cats and dogs", "cat dog")], 2),
        ([("cats and cats", "cat"), ("", "cat"), ("and cats", "")], 1),
    ],
    ids=["one document", "one label"],
)
def test_least_set_is_prepared_trained_and_predicted(
    tmp_path, train_documents, num_labels
):
    raw, folder = tmp_path / "raw", tmp_path / "data"
    raw_lines(raw, train_documents, [("birds", "cat"), ("zebras", "bird")])
    prepare(PrepareConfig(raw, folder))
    data = PreparedData(folder)
    assert data.info.num_labels == num_labels
    model = dataclasses.replace(
        MODEL, vocab_size=data.info.vocab_size, num_labels=num_labels
    )
    found = assert_trains(data, model)
    assert found.label_ids.shape == (2, num_labels)


def test_one_document_leaves_none_for_dev(tmp_path):
    raw = tmp_path / "raw"
    raw_lines(raw, [("cats", "cat")], [("cats", "cat")])
    for path in raw.glob("dev_*"):
        path.unlink()
    with pytest.raises(UserError, match="No document is left for"):
        prepare(PrepareConfig(raw, tmp_path / "data"))


def test_file_without_documents_is_not_prepared(tmp_path):
    raw = tmp_path / "raw"
    raw_lines(raw, [("cats", "cat")], [("cats", "cat")])
    for path in raw.glob("train_*"):
        path.write_text("")
    with pytest.raises(UserError, match="is empty: expected a line a document"):
        prepare(PrepareConfig(raw, tmp_path / "data"))
