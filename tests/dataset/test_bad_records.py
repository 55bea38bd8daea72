import pytest
import tensorflow as tf
from helpers import random_records, write_dataset

from axml_tf.console.errors import UserError
from axml_tf.dataset.bad_records import left_out
from axml_tf.formats import schema


def serialized(records):
    return [
        schema.encode(name.encode(), b"", token_ids, label_ids)
        for name, token_ids, label_ids in records
    ]


@pytest.fixture
def data(tmp_path):
    """Three shards of ten documents, and the truth beside them."""
    records = random_records(30)
    shards = [records[start::3] for start in range(3)]
    info = write_dataset(tmp_path, {"train": shards})
    write_truth(tmp_path, [name for name, *_ in records])
    return tmp_path, info, shards


def write_truth(folder, names):
    (folder / "train.labels.txt").write_text(
        "".join(f"{name}\t0\n" for name in names)
    )


def replace(folder, info, shard, records):
    path = folder / info.split("train").shards[shard]
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


def test_whole_split_leaves_nothing_out(data):
    folder, info, _ = data
    found = left_out(folder, info, "train")
    assert found.bad_records == [] and found.document_ids == []
    assert found.report() == "bad records left out of train: none"


def test_each_bad_record_is_named_with_its_reason(data, tmp_path):
    folder, info, shards = data
    records = serialized(shards[1])
    name, *_ = shards[1][4]
    records[2] = b"no tf.train.Example"
    records[4] = schema.encode(name.encode(), b"", [2], [0, 6])
    records[7] = schema.encode(b"", b"", [2], [0])
    records[9] = schema.encode(shards[1][9][0].encode(), b"", [50], [0])
    path = replace(folder, info, 1, records)
    found = left_out(folder, info, "train")
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
    assert lines[4] == f"train\tdocument {shards[1][2][0]}\tleft out"


@pytest.mark.parametrize("number", [0, 6, 9])
def test_all_behind_a_damaged_place_is_lost(data, number):
    folder, info, shards = data
    path = folder / info.split("train").shards[2]
    # Length, its checksum, data, checksum.
    sizes = [
        len(record.numpy()) + 16
        for record in tf.data.TFRecordDataset(str(path))
    ]
    flip(path, sum(sizes[:number]) + 14)
    found = left_out(folder, info, "train")
    (bad,) = found.bad_records
    assert bad[:3] == (str(path), number, "")
    lost = {name for name, *_ in shards[2][number:]}
    assert set(found.document_ids) == lost


def test_shard_cut_off_between_two_records_is_missed_by_its_documents(data):
    folder, info, shards = data
    replace(folder, info, 0, serialized(shards[0][:-2]))
    found = left_out(folder, info, "train")
    assert found.bad_records == []
    assert found.document_ids == [name for name, *_ in shards[0][-2:]]
    assert found.report().startswith("documents left out of train")


def test_gzip_file_that_is_cut_short_is_named(tmp_path):
    records = random_records(30)
    info = write_dataset(tmp_path, {"train": [records]}, "GZIP")
    write_truth(tmp_path, [name for name, *_ in records])
    path = tmp_path / info.split("train").shards[0]
    path.write_bytes(path.read_bytes()[:-40])
    found = left_out(tmp_path, info, "train")
    (bad,) = found.bad_records
    assert 10 < bad.record < 30
    assert found.document_ids == [name for name, *_ in records[bad.record :]]


def test_two_documents_of_one_id_are_two(data):
    folder, info, shards = data
    name = shards[0][0][0]
    write_truth(folder, [*(n for s in shards for n, *_ in s), name])
    assert left_out(folder, info, "train").document_ids == [name]


def test_only_the_first_of_many_are_shown(tmp_path):
    names = [f"d{i}" for i in range(50)]
    records = [(name, [2], [9]) for name in names]
    info = write_dataset(tmp_path, {"train": [records]})
    write_truth(tmp_path, names)
    found = left_out(tmp_path, info, "train")
    report = found.report().splitlines()
    assert len(report) == 2 + 20 + 1
    assert "d19 and 30 more" in report[1]
    assert report[-1].strip() == "and 30 more places"
    found.write(tmp_path / "skipped.txt")
    assert len((tmp_path / "skipped.txt").read_text().splitlines()) == 100


def test_missing_truth_is_named(data):
    folder, info, _ = data
    (folder / "train.labels.txt").unlink()
    with pytest.raises(UserError, match=r"train\.labels\.txt is missing"):
        left_out(folder, info, "train")
