import pytest
import tensorflow as tf

from axml_tf.formats import schema


def test_record_is_an_example_of_four_features():
    record = tf.train.Example.FromString(
        schema.encode(b"d1", "a Ö".encode(), [2, 3, 2], [0, 4])
    )
    features = record.features.feature
    assert set(features) == {"id", "text", "token_ids", "label_ids"}
    assert features["id"].bytes_list.value == [b"d1"]
    assert features["text"].bytes_list.value == ["a Ö".encode()]
    assert features["token_ids"].int64_list.value == [2, 3, 2]
    assert features["label_ids"].int64_list.value == [0, 4]


def test_equal_documents_are_equal_bytes():
    records = {schema.encode(b"d1", b"a", [2], [0]) for _ in range(20)}
    assert len(records) == 1


def test_parsed_record_is_the_encoded_one():
    serialized = schema.encode(b"d1", b"a b", [2, 3, 2], [])
    record = schema.parse(tf.constant(serialized), with_text=True)
    assert record["id"].numpy() == b"d1"
    assert record["text"].numpy() == b"a b"
    assert record["token_ids"].numpy().tolist() == [2, 3, 2]
    assert record["label_ids"].numpy().tolist() == []
    assert record["token_ids"].dtype == record["label_ids"].dtype == tf.int32


def test_text_is_read_where_it_is_asked_for_only():
    serialized = tf.constant(schema.encode(b"d1", b"a b", [2], [0]))
    assert set(schema.parse(serialized)) == {"id", "token_ids", "label_ids"}


def test_id_beyond_int32_becomes_no_other_id():
    # Cut to 32 bits, these would be 1, -5 and 7.
    ids = [2**32 + 1, -5, 2**63 - 1, -(2**63) + 7]
    record = schema.parse(tf.constant(schema.encode(b"d", b"", ids, ids)))
    expected = [2**31 - 1, -1, 2**31 - 1, -1]
    assert record["token_ids"].numpy().tolist() == expected
    assert record["label_ids"].numpy().tolist() == expected


@pytest.mark.parametrize("serialized", [b"\xff\xff", b"no example", b""])
def test_what_is_no_such_record_is_unreadable(serialized):
    with pytest.raises(schema.UNREADABLE):
        schema.parse(tf.constant(serialized))
