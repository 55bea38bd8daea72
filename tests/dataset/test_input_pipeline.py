import collections

import numpy as np
import pytest
import tensorflow as tf
from helpers import random_records, write_dataset, write_records

from axml_tf.console.errors import UserError
from axml_tf.dataset import input_pipeline
from axml_tf.dataset.input_pipeline import Batching
from axml_tf.dataset.length_buckets import bucket_lengths

BATCHING = Batching(batch_size=4, max_length=40, shuffle_buffer=20)
SKIP = BATCHING._replace(skip=True)


@pytest.fixture
def data_and_records(tmp_path):
    """30 documents in three shards, and what was written."""
    records = random_records(30, longest=70)
    shards = [records[start::3] for start in range(3)]
    return write_dataset(tmp_path / "data", {"train": shards}), records


def training_batches(data, batching=BATCHING, epoch=0):
    dataset = input_pipeline.training_batches(data, batching, epoch)
    return [
        {name: value.numpy() for name, value in batch.items()}
        for batch in dataset
    ]


def ids_in_order(batches):
    return [name.decode() for b in batches for name in b["id"] if name]


def guarded_batches(data):
    batches = input_pipeline.evaluation_batches(data, "train", BATCHING)
    return list(input_pipeline.guarded(batches, data, "train"))


def shard_path(data, number):
    return data.folder / data.info.split("train").shards[number]


def test_epoch_sees_each_document_once(data_and_records):
    data, records = data_and_records
    for epoch in range(2):
        seen = ids_in_order(training_batches(data, epoch=epoch))
        assert sorted(seen) == sorted(name for name, *_ in records)


def test_evaluation_sees_each_document_once(data_and_records):
    data, records = data_and_records
    batches = input_pipeline.evaluation_batches(data, "train", Batching(7, 40))
    seen = [name.decode() for b in batches for name in b["id"].numpy() if name]
    assert sorted(seen) == sorted(name for name, *_ in records)


def test_documents_arrive_as_they_were_written(data_and_records):
    data, records = data_and_records
    written = {name: (tokens, labels) for name, tokens, labels in records}
    seen = 0
    for batch in training_batches(data):
        for row in np.flatnonzero(batch["weight"]):
            tokens, labels = written[batch["id"][row].decode()]
            padded = tokens[:40]
            padded += [0] * (batch["token_ids"].shape[1] - len(padded))
            assert batch["token_ids"][row].tolist() == padded
            padded = labels + [-1] * (batch["label_ids"].shape[1] - len(labels))
            assert batch["label_ids"][row].tolist() == padded
            seen += 1
    assert seen == len(records)


def test_order_is_fixed_by_seed_and_epoch(data_and_records):
    data, _ = data_and_records

    def order(seed, epoch):
        batching = BATCHING._replace(seed=seed)
        return ids_in_order(training_batches(data, batching, epoch))

    first = order(seed=3, epoch=1)
    assert order(seed=3, epoch=1) == first
    assert order(seed=3, epoch=2) != first
    assert order(seed=4, epoch=1) != first


def test_order_is_not_that_of_the_files(tmp_path):
    records = [(f"d{i}", [2, 3], [0]) for i in range(30)]
    data = write_dataset(tmp_path, {"train": [records]})
    order = ids_in_order(training_batches(data))
    assert order != [name for name, *_ in records]
    # Shuffled through and through: neighbours of the file are torn apart.
    numbers = [int(name[1:]) for name in order]
    assert np.mean(np.abs(np.diff(numbers)) == 1) < 0.3


def test_evaluation_keeps_the_order_of_the_files(tmp_path):
    records = [(f"d{i}", [2, 3], [0]) for i in range(30)]
    data = write_dataset(tmp_path, {"dev": [records[:9], records[9:]]})
    for batching in (BATCHING, BATCHING._replace(seed=5)):
        batches = input_pipeline.evaluation_batches(data, "dev", batching)
        order = [
            name
            for b in batches.as_numpy_iterator()
            for name in b["id"]
            if name
        ]
        assert order == [name.encode() for name, *_ in records]


def padded_lengths(batches):
    """How many tokens a document has been padded to, by its id."""
    return {
        name.decode(): batch["token_ids"].shape[1]
        for batch in batches
        for name in batch["id"]
        if name
    }


def test_batches_have_the_least_length_that_holds_their_documents(tmp_path):
    # No more different lengths than may be: each is kept.
    lengths = {0: 1, 1: 1, 16: 16, 17: 17, 33: 33, 39: 39, 40: 40, 90: 40}
    records = [(f"n{n}", [2] * n, [0]) for n in lengths]
    data = write_dataset(tmp_path, {"train": [records]})
    found = padded_lengths(training_batches(data))
    assert found == {f"n{n}": length for n, length in lengths.items()}


def test_lengths_are_those_that_pad_the_split_the_least(tmp_path):
    # Test documents are longer than training documents.
    splits = {
        name: [[(f"n{n}", [2] * n, [0]) for n in lengths]]
        for name, lengths in (("train", range(1, 21)), ("test", range(1, 36)))
    }
    data = write_dataset(tmp_path, splits)
    for split, batches in (
        ("train", training_batches(data)),
        (
            "test",
            input_pipeline.evaluation_batches(data, "test", BATCHING),
        ),
    ):
        lengths = bucket_lengths(data.info.split(split).length_percentiles, 40)
        assert len(lengths) == 8
        batches = [{k: np.array(v) for k, v in b.items()} for b in batches]
        for name, length in padded_lengths(batches).items():
            n = int(name[1:])
            assert length == min(x for x in lengths if x >= n)


def test_record_longer_than_the_description_says_gets_through(tmp_path):
    # Percentiles of other records.
    data = write_dataset(tmp_path, {"train": [[("short", [2] * 3, [0])]]})
    long = [("a", [2] * 5, [0]), ("b", [2] * 60, [0]), ("c", [2] * 3, [0])]
    write_records(shard_path(data, 0), long)
    found = padded_lengths(training_batches(data))
    assert found == {"a": 40, "b": 40, "c": 3}


def test_prepared_length_is_a_limit_too(tmp_path):
    records = [("long", list(range(2, 50)), [0])]
    data = write_dataset(tmp_path, {"train": [records]}, max_length=20)
    (batch,) = training_batches(data)
    # 20 comes from the data, 40 from the settings.
    assert batch["token_ids"][0].tolist() == list(range(2, 22))


def test_rows_that_no_document_fills_have_weight_zero(tmp_path):
    data = write_dataset(tmp_path, {"train": [random_records(6)]})
    batches = training_batches(data, Batching(4, 500))
    assert sum(batch["weight"].sum() for batch in batches) == 6
    for batch in batches:
        assert {len(value) for value in batch.values()} == {4}
        empty = batch["weight"] == 0
        assert set(batch["id"][empty]) <= {b""}
        assert not batch["token_ids"][empty].any()
        assert np.all(batch["label_ids"][empty] == -1)
        assert set(batch["weight"]) <= {0.0, 1.0}
    assert any((batch["weight"] == 0).any() for batch in batches)


def test_document_may_have_more_labels_than_tokens(tmp_path):
    records = [("a", [], [0, 1, 2, 3, 4, 5]), ("b", [7], []), ("c", [7], [2])]
    data = write_dataset(tmp_path, {"train": [records]})
    (batch,) = training_batches(data)
    labels = dict(zip(batch["id"], batch["label_ids"].tolist(), strict=True))
    assert labels[b"a"] == [0, 1, 2, 3, 4, 5]
    assert labels[b"b"] == [-1] * 6
    assert labels[b"c"] == [2] + [-1] * 5


def test_skipping_leaves_the_batches_that_remain(data_and_records):
    data, _ = data_and_records
    everything = training_batches(data, epoch=5)
    for done in (0, 3, len(everything)):
        rest = list(
            input_pipeline.training_batches(data, BATCHING, 5).skip(done)
        )
        assert len(rest) == len(everything) - done
        for batch, other in zip(rest, everything[done:], strict=True):
            for name, value in batch.items():
                np.testing.assert_array_equal(value, other[name])


@pytest.mark.parametrize("compression", ["", "GZIP"])
def test_compression_and_empty_shards_make_no_difference(tmp_path, compression):
    records = random_records(5)
    data = write_dataset(
        tmp_path, {"train": [records[:2], [], records[2:], []]}, compression
    )
    # A writer that is closed without a record may leave no byte at all.
    shard_path(data, 3).write_bytes(b"")
    seen = ids_in_order(training_batches(data))
    assert sorted(seen) == [name for name, *_ in records]


def test_missing_shard_is_named(data_and_records):
    data, _ = data_and_records
    path = shard_path(data, 1)
    path.unlink()
    with pytest.raises(UserError) as error:
        input_pipeline.training_batches(data, BATCHING, 0)
    assert str(error.value) == (
        f"1 of 3 record files are missing, {path} among them. Prepare the "
        "data again."
    )


@pytest.mark.parametrize("compression", ["", "GZIP"])
def test_truncated_shard_is_named(tmp_path, compression):
    shards = [random_records(9, seed=seed) for seed in range(2)]
    data = write_dataset(tmp_path, {"train": shards}, compression)
    path = shard_path(data, 1)
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(UserError) as error:
        guarded_batches(data)
    assert str(error.value).startswith(f"{path}, record ")
    assert str(error.value).endswith(". Prepare the data again.")


def test_number_of_the_first_damaged_record_is_told(tmp_path):
    records = [(f"d{i}", [2], [0]) for i in range(3)]
    data = write_dataset(tmp_path, {"train": [records]})
    path = shard_path(data, 0)
    content = bytearray(path.read_bytes())
    # A byte of the last record.
    content[-10] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(UserError, match="record 2: it is damaged"):
        guarded_batches(data)


def test_record_of_another_kind_is_named(tmp_path):
    data = write_dataset(tmp_path, {"train": [random_records(3)]})
    path = shard_path(data, 0)
    with tf.io.TFRecordWriter(str(path)) as writer:
        writer.write(b"no tf.train.Example")
    with pytest.raises(UserError, match="record 0: it is no document"):
        guarded_batches(data)


def test_whole_shards_pass_the_guard_unchanged(data_and_records):
    data, records = data_and_records
    batches = guarded_batches(data)
    counted = collections.Counter(
        name for batch in batches for name in batch["id"].numpy() if name
    )
    assert counted == {name.encode(): 1 for name, *_ in records}


def test_record_that_is_bad_once_only_is_told(data_and_records):
    data, _ = data_and_records

    def first_batches():
        yield "a batch"
        raise tf.errors.DataLossError(None, None, "a wrong checksum")

    batches = input_pipeline.guarded(first_batches(), data, "train")
    assert next(batches) == "a batch"
    with pytest.raises(UserError) as error:
        next(batches)
    assert str(error.value) == (
        "A record of the train split could not be read (DataLossError), and "
        "now can be. Check the disk, then run the same command again."
    )


WRONG_RECORDS = {
    "word": (("bad", [2, 50], [0]), "token_ids .* below 50, found 50"),
    "word below 0": (("bad", [-1], [0]), "token_ids .* below 50, found -1"),
    "label": (("bad", [2], [1, 6]), "label_ids .* below 6, found 6"),
    "label below 0": (("bad", [2], [-1, 2]), "label_ids .* found -1"),
    "label far below": (("bad", [2], [-(2**31), 2]), "label_ids .* found -"),
    "label of 64 bits": (("bad", [2], [2**32 + 1]), "label_ids .* found 2"),
    "document": (("", [2], [1]), "its document id is empty"),
}


@pytest.mark.parametrize("kind", WRONG_RECORDS)
def test_id_out_of_range_is_refused_and_named(kind, tmp_path):
    wrong, message = WRONG_RECORDS[kind]
    shards = [random_records(5), [*random_records(5, prefix="e"), wrong]]
    data = write_dataset(tmp_path, {"train": shards})
    path = shard_path(data, 1)
    name = ", document 'bad'" if wrong[0] else ""
    with pytest.raises(
        UserError, match=f"^{path}, record 5{name}: .*{message}"
    ):
        guarded_batches(data)
    batches = input_pipeline.training_batches(data, BATCHING, 0)
    with pytest.raises(UserError, match=f"^{path}, record 5"):
        list(input_pipeline.guarded(batches, data, "train"))


def test_label_that_training_has_not_seen_is_right_in_test_only(tmp_path):
    shards = [[("a", [2], [0, 7])]]
    data = write_dataset(
        tmp_path, {"train": shards, "test": shards}, num_unseen_labels=2
    )
    (batch,) = input_pipeline.evaluation_batches(data, "test", Batching(1, 40))
    assert batch["label_ids"].numpy().tolist() == [[0, 7]]
    with pytest.raises(UserError, match="below 6, found 7"):
        guarded_batches(data)


def test_length_that_the_file_cannot_hold_is_refused_unread(tmp_path):
    data = write_dataset(tmp_path, {"train": [random_records(3)]})
    path = shard_path(data, 0)
    content = bytearray(path.read_bytes())
    # A terabyte: TensorFlow would try to take it.
    content[5] = 1
    path.write_bytes(bytes(content))
    message = f"^{path}, record 0 claims 1,099,"
    with pytest.raises(UserError, match=message):
        guarded_batches(data)
    for batching in (BATCHING, SKIP):
        with pytest.raises(UserError, match=message):
            training_batches(data, batching)


def test_bad_records_are_skipped_and_the_others_stay_in_order(tmp_path):
    good = random_records(40, longest=1)
    bad = [wrong for wrong, _ in WRONG_RECORDS.values()]
    mixed = [*good[:10], *bad[:3], *good[10:], *bad[3:]]
    data = write_dataset(tmp_path, {"train": [mixed]})
    with pytest.raises(UserError):
        list(
            input_pipeline.guarded(
                input_pipeline.training_batches(data, BATCHING, 1),
                data,
                "train",
            )
        )
    batches = training_batches(data, SKIP, epoch=1)
    order = ids_in_order(batches)
    assert sorted(order) == sorted(name for name, *_ in good)
    again = training_batches(data, SKIP, epoch=1)
    assert ids_in_order(again) == order
    labels = {name: labels for name, _, labels in good}
    for batch in batches:
        for name, row in zip(batch["id"], batch["label_ids"], strict=True):
            if name:
                assert row[row >= 0].tolist() == labels[name.decode()]


def test_skipping_changes_nothing_where_nothing_is_bad(data_and_records):
    data, _ = data_and_records
    for batch, other in zip(
        training_batches(data),
        training_batches(data, SKIP),
        strict=True,
    ):
        for name, value in batch.items():
            np.testing.assert_array_equal(value, other[name])


@pytest.mark.parametrize("compression", ["", "GZIP"])
def test_rest_of_a_damaged_shard_is_skipped(tmp_path, compression):
    shards = [random_records(60, seed=i, prefix=f"s{i} ") for i in range(2)]
    data = write_dataset(tmp_path, {"train": shards}, compression)
    path = shard_path(data, 1)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    found = sorted(ids_in_order(training_batches(data, SKIP)))
    whole = sorted(name for name, *_ in shards[0])
    rest = [name for name, *_ in shards[1]]
    assert [n for n in found if n.startswith("s0")] == whole
    kept = [n for n in rest if n in found]
    # Those before the damage; of a compressed block it is all or nothing.
    assert kept == rest[: len(kept)] and len(kept) < 50
    assert len(kept) > 10 or compression


def test_documents_that_are_known_to_be_bad_are_not_missed(data_and_records):
    data, records = data_and_records
    input_pipeline.check_count(
        len(records) - 2, data.info, "train", num_skipped=2
    )
    with pytest.raises(UserError, match="28 documents and 1 bad ones"):
        input_pipeline.check_count(28, data.info, "train", num_skipped=1)
