import os

import pytest
import tensorflow as tf
from helpers import random_records, write_dataset

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.shards import read_shard, read_split, shard_paths
from axml_tf.formats import schema

RECORDS = random_records(9)


@pytest.fixture(params=["", "GZIP"], ids=["plain", "gzip"])
def data(request, tmp_path):
    """Three shards, the second of them empty."""
    shards = [RECORDS[:4], [], RECORDS[4:]]
    return write_dataset(tmp_path, {"train": shards}, request.param)


def ids(records):
    return [schema.parse(record)["id"].numpy().decode() for record in records]


def refusal(data):
    with pytest.raises(UserError) as error:
        shard_paths(data, "train")
    return str(error.value)


def test_paths_are_those_of_the_description_in_order(data):
    assert shard_paths(data, "train") == [
        str(data.folder / f"train-{number:05d}.tfrecord") for number in range(3)
    ]


def test_split_is_read_in_its_order(data):
    found = ids(read_split(data, "train"))
    assert found == [name for name, *_ in RECORDS]


def test_shard_is_read_in_its_order(data):
    _, _, path = shard_paths(data, "train")
    for shard in (path, tf.constant(path)):
        found = ids(read_shard(shard, data.info.compression))
        assert found == [name for name, *_ in RECORDS[4:]]


def test_unknown_split_is_refused(data):
    with pytest.raises(UserError, match="no split 'dev'; it has train"):
        shard_paths(data, "dev")


def test_missing_shards_are_counted_and_one_is_named(data):
    first, _, last = shard_paths(data, "train")
    for path in (last, first):
        os.unlink(path)
    assert refusal(data) == (
        f"2 of 3 record files are missing, {first} among them. Prepare the "
        "data again."
    )


def test_shard_that_must_not_be_read_is_named(data, monkeypatch):
    path = shard_paths(data, "train")[1]
    # Who runs this may be allowed to read everything.
    monkeypatch.setattr(os, "access", lambda name, _: str(name) != path)
    assert refusal(data) == (
        f"{path} must not be read. Give yourself the right to."
    )


def test_data_without_text_name_what_they_can_train(tmp_path):
    write_dataset(tmp_path, {"train": []})
    assert refusal(PreparedData(tmp_path)) == (
        f"{tmp_path} has word counts only, no text: it can train parabel and "
        "one_vs_rest (axml-baseline), not a neural model."
    )


def test_record_that_no_memory_holds_is_refused_unread(tmp_path):
    data = write_dataset(tmp_path, {"train": [RECORDS]})
    (path,) = shard_paths(data, "train")
    with open(path, "r+b") as file:
        # The high bytes of the first length: a terabyte.
        file.seek(5)
        file.write(b"\1")
    message = refusal(data)
    assert message.startswith(f"{path}, record 0 claims 1,099,")
    assert message.endswith(". Prepare the data again.")


def test_what_does_not_fit_the_records_is_refused(data):
    data.vocabulary_path.unlink()
    assert "vocab.txt is missing" in refusal(data)


def test_damage_ends_a_shard_or_is_an_error(tmp_path):
    data = write_dataset(tmp_path, {"train": [RECORDS]})
    (path,) = shard_paths(data, "train")
    sizes = [len(record.numpy()) + 16 for record in read_shard(path, "")]
    with open(path, "r+b") as file:
        # Checksum of the record 6.
        file.seek(sum(sizes[:7]) - 1)
        (byte,) = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(tf.errors.DataLossError):
        list(read_shard(path, ""))
    found = ids(read_shard(path, "", skip=True))
    assert found == [name for name, *_ in RECORDS[:6]]
