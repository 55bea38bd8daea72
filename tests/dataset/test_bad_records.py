import pytest
import tensorflow as tf
from helpers import random_records, write_dataset

from axml_tf.console.errors import UserError
from axml_tf.dataset.bad_records import find_skipped
from axml_tf.formats import schema


def serialized(records):
    return [
        schema.encode(name.encode(), b"", token_ids, label_ids)
        for name, token_ids, label_ids in records
    ]


@pytest.fixture
def data_and_shards(tmp_path):
    """Three shards of ten documents, and the truth beside them."""
    records = random_records(30)
    shards = [records[start::3] for start in range(3)]
    data = write_dataset(tmp_path, {"train": shards})
    write_truth(data, [name for name, *_ in records])
    return data, shards


def write_truth(data, names):
    data.true_labels_path("train").write_text(
        "".join(f"{name}\t0\n" for name in names)
    )


def shard_path(data, number=0):
    return data.folder / data.info.split("train").shards[number]


def replace(data, shard, records):
    path = shard_path(data, shard)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in records:
            writer.write(record)
    return str(path)


def flip(path, place):
    with open(path, "r+b") as file:
        file.seek(place)
        (byte,) = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ 4]))


def test_nothing_is_skipped_in_a_whole_split(data_and_shards):
    data, _ = data_and_shards
    found = find_skipped(data, "train")
    assert found.bad_records == [] and found.document_ids == []
    assert found.report() == "bad records skipped in train: none"


def test_each_bad_record_is_named_with_its_reason(data_and_shards, tmp_path):
    data, shards = data_and_shards
    records = serialized(shards[1])
    name, *_ = shards[1][4]
    records[2] = b"no tf.train.Example"
    records[4] = schema.encode(name.encode(), b"", [2], [0, 6])
    records[7] = schema.encode(b"", b"", [2], [0])
    records[9] = schema.encode(shards[1][9][0].encode(), b"", [50], [0])
    path = replace(data, 1, records)
    found = find_skipped(data, "train")
    assert [tuple(bad) for bad in found.bad_records] == [
        (path, 2, "", "it is no document"),
        (
            *(path, 4, name),
            "expected label_ids of at least 0 and below 6, found 6",
        ),
        (path, 7, "", "its document id is empty"),
        (
            *(path, 9, shards[1][9][0]),
            "expected token_ids of at least 0 and below 50, found 50",
        ),
    ]
    assert found.document_ids == [shards[1][i][0] for i in (2, 4, 7, 9)]
    report = found.report().splitlines()
    assert report[0].endswith("records are bad: 4")
    assert report[1].strip() == f"ids {', '.join(found.document_ids)}"
    assert report[2].strip() == f"{path}, record 2: it is no document"
    found.write(tmp_path / "skipped.txt")
    lines = (tmp_path / "skipped.txt").read_text().splitlines()
    assert len(lines) == 8
    assert (
        lines[0] == "train\ttrain-00001.tfrecord, record 2\tit is no document"
    )
    assert lines[4] == f"train\tdocument {shards[1][2][0]}\tskipped"


@pytest.mark.parametrize("number", [0, 6, 9])
def test_all_behind_a_damaged_place_is_lost(data_and_shards, number):
    data, shards = data_and_shards
    path = shard_path(data, 2)
    # Length, its checksum, data, checksum.
    sizes = [
        len(record.numpy()) + 16
        for record in tf.data.TFRecordDataset(str(path))
    ]
    flip(path, sum(sizes[:number]) + 14)
    found = find_skipped(data, "train")
    (bad,) = found.bad_records
    assert bad[:3] == (str(path), number, "")
    lost = {name for name, *_ in shards[2][number:]}
    assert set(found.document_ids) == lost


def test_shard_cut_off_between_two_records_is_missed_by_its_documents(
    data_and_shards,
):
    data, shards = data_and_shards
    replace(data, 0, serialized(shards[0][:-2]))
    found = find_skipped(data, "train")
    assert found.bad_records == []
    assert found.document_ids == [name for name, *_ in shards[0][-2:]]
    assert found.report().startswith("documents skipped in train")


def test_gzip_file_that_is_cut_short_is_named(tmp_path):
    records = random_records(30)
    data = write_dataset(tmp_path, {"train": [records]}, "GZIP")
    write_truth(data, [name for name, *_ in records])
    path = shard_path(data)
    path.write_bytes(path.read_bytes()[:-40])
    found = find_skipped(data, "train")
    (bad,) = found.bad_records
    assert 10 < bad.record < 30
    assert found.document_ids == [name for name, *_ in records[bad.record :]]


def test_two_documents_of_one_id_are_two(data_and_shards):
    data, shards = data_and_shards
    name = shards[0][0][0]
    write_truth(data, [*(n for s in shards for n, *_ in s), name])
    assert find_skipped(data, "train").document_ids == [name]


def test_only_the_first_of_many_are_shown(tmp_path):
    names = [f"d{i}" for i in range(50)]
    records = [(name, [2], [9]) for name in names]
    data = write_dataset(tmp_path, {"train": [records]})
    write_truth(data, names)
    found = find_skipped(data, "train")
    report = found.report().splitlines()
    assert len(report) == 2 + 20 + 1
    assert "d19 and 30 more" in report[1]
    assert report[-1].strip() == "and 30 more places"
    found.write(tmp_path / "skipped.txt")
    assert len((tmp_path / "skipped.txt").read_text().splitlines()) == 100


def test_missing_truth_is_named(data_and_shards):
    data, _ = data_and_shards
    data.true_labels_path("train").unlink()
    with pytest.raises(UserError, match=r"train\.labels\.txt is missing"):
        find_skipped(data, "train")
