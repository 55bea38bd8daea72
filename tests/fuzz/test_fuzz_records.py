"""Records that are no documents, in shards that are whole."""

import numpy as np
import pytest
import tensorflow as tf
from helpers import write_dataset
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import corrupted
from promises import answer_or_refusal, time_limit

from axml_tf.console.errors import UserError
from axml_tf.dataset.input_pipeline import (
    Batching,
    evaluation_batches,
    guarded,
    training_batches,
)
from axml_tf.formats import schema

RECORD = schema.encode("dÖ1".encode(), b"fish and quota", [2, 3, 2], [0, 4])
BATCHING = Batching(batch_size=4, max_length=16)

_INTEGERS = st.integers(-(2**63), 2**63 - 1)
_VALUES = st.one_of(
    st.lists(st.binary(max_size=8), max_size=3).map(
        lambda x: tf.train.Feature(bytes_list=tf.train.BytesList(value=x))
    ),
    st.lists(_INTEGERS | st.integers(-2, 60), max_size=20).map(
        lambda x: tf.train.Feature(int64_list=tf.train.Int64List(value=x))
    ),
    st.lists(st.floats(width=32), max_size=3).map(
        lambda x: tf.train.Feature(float_list=tf.train.FloatList(value=x))
    ),
    st.just(tf.train.Feature()),
)


@st.composite
def wrong_example(draw):
    """A well-formed `tf.train.Example` with other values than a document's."""
    example = tf.train.Example.FromString(RECORD)
    name = draw(st.sampled_from([*schema.FEATURES, "other", ""]))
    example.features.feature[name].CopyFrom(draw(_VALUES))
    return example.SerializeToString(deterministic=True)


records = corrupted(RECORD) | wrong_example()


def parse_record(serialized, with_text=True):
    """A record as `schema.parse` documents it; None if it is refused."""
    try:
        record = schema.parse(tf.constant(serialized), with_text)
    except schema.UNREADABLE:
        return None
    strings = {"id", "text"} if with_text else {"id"}
    assert record.keys() == strings | {"token_ids", "label_ids"}
    for name in strings:
        assert record[name].dtype == tf.string and record[name].shape == ()
    for name in ("token_ids", "label_ids"):
        assert record[name].dtype == tf.int32
        assert record[name].shape.rank == 1
    return record


@given(serialized=records)
def test_corrupted_record_is_parsed_or_refused(serialized):
    with time_limit():
        parse_record(serialized)


@given(ids=st.lists(_INTEGERS, max_size=8))
def test_ids_that_no_int32_holds_become_no_other_ids(ids):
    record = parse_record(schema.encode(b"d", b"", ids, ids))
    for name in ("token_ids", "label_ids"):
        for found, expected in zip(record[name].numpy(), ids, strict=True):
            assert found == expected or found in (-1, 2**31 - 1)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Prepared data with one shard, which `write` replaces."""
    folder = tmp_path_factory.mktemp("records")
    shards = [[("a", [2, 3], [1]), ("b", [4], []), ("c", [5] * 9, [0, 5])]]
    return write_dataset(folder, {"train": shards})


# A shard's worth at once: to open one takes far longer than to read it.
@settings(max_examples=settings.default.max_examples // 20)
@given(several=st.lists(records, min_size=20, max_size=40))
def test_every_corrupted_record_of_a_shard_is_skipped(dataset, several):
    write(dataset, several)
    batching = BATCHING._replace(skip=True)
    with time_limit():
        found = check(training_batches(dataset, batching, 0))
    assert found == sum(map(is_right, several))


@settings(max_examples=settings.default.max_examples // 20)
@given(serialized=records)
def test_corrupted_record_of_a_shard_is_read_or_refused(dataset, serialized):
    write(dataset, [RECORD, serialized, RECORD])
    batches = evaluation_batches(dataset, "train", BATCHING)
    found = answer_or_refusal(check, guarded(batches, dataset, "train"))
    if is_right(serialized):
        assert found == 3
    else:
        assert isinstance(found, UserError)


def is_right(serialized):
    """Whether a record is a document of the data set."""
    record = parse_record(serialized, with_text=False)
    return bool(
        record
        and record["id"].numpy()
        and set(record["token_ids"].numpy()) <= set(range(50))
        and set(record["label_ids"].numpy()) <= set(range(6))
    )


def write(dataset, serialized):
    """Writes the shard."""
    path = dataset.folder / "train-00000.tfrecord"
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in serialized:
            writer.write(record)


def check(batches):
    """Number of documents in batches that are as documented."""
    num_documents = 0
    for batch in batches:
        batch = {name: tensor.numpy() for name, tensor in batch.items()}
        num_documents += batch["weight"].sum()
        tokens = batch["token_ids"].shape[1]
        num_rows = BATCHING.batch_size
        assert batch["id"].shape == batch["weight"].shape == (num_rows,)
        assert batch["token_ids"].shape == (num_rows, tokens)
        assert 0 < tokens <= BATCHING.max_length
        for name, least, most in (("token_ids", 0, 49), ("label_ids", -1, 5)):
            ids = batch[name]
            assert ids.dtype == np.int32
            assert ids.size == 0 or least <= ids.min() <= ids.max() <= most
    return num_documents
