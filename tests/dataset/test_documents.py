import dataclasses

import pytest
import tensorflow as tf
from helpers import write_dataset

from axml_tf.dataset.documents import (
    WRONG_ID,
    IdLimits,
    id_limits,
    in_range,
    parse_document,
)
from axml_tf.formats import schema

LIMITS = IdLimits(token_ids=50, label_ids=6)


def test_labels_that_training_has_not_seen_are_not_in_train(tmp_path):
    info = write_dataset(tmp_path, {"train": [[]]}).info
    info = dataclasses.replace(info, num_unseen_labels=3)
    assert id_limits(info, "train") == (50, 6)
    assert id_limits(info, "dev") == id_limits(info, "test") == (50, 9)


def test_ids_are_in_range_from_0_up_to_the_limit():
    ids = tf.constant([-(2**31), -1, 0, 5, 6, 2**31 - 1], tf.int32)
    assert in_range(ids, 6).numpy().tolist() == [
        *(False, False, True, True, False, False)
    ]


def test_right_document_is_that_of_the_schema():
    record = tf.constant(schema.encode(b"d1", b"a b", [0, 49], [5]))
    for with_text in (False, True):
        found = parse_document(record, LIMITS, with_text)
        expected = schema.parse(record, with_text)
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            assert found[name].dtype == value.dtype
            assert tf.reduce_all(found[name] == value)
            assert found[name].shape == value.shape


def test_document_without_words_and_labels_is_right():
    record = tf.constant(schema.encode(b"d1", b"", [], []))
    assert parse_document(record, LIMITS)["token_ids"].shape == (0,)


@pytest.mark.parametrize(
    ("document_id", "token_ids", "label_ids"),
    [
        (b"", [2], [0]),
        (b"d1", [2, 50], [0]),
        (b"d1", [-1], [0]),
        (b"d1", [2], [0, 6]),
        (b"d1", [2], [-1]),
        (b"d1", [2**32 + 2], [0]),
    ],
)
@pytest.mark.parametrize("is_graph", [False, True])
def test_wrong_document_is_refused(is_graph, document_id, token_ids, label_ids):
    record = schema.encode(document_id, b"", token_ids, label_ids)

    def parse(serialized):
        return parse_document(serialized, LIMITS)["id"]

    if is_graph:
        parse = tf.function(parse)
    with pytest.raises(schema.UNREADABLE, match=WRONG_ID):
        parse(tf.constant(record))


def test_record_that_does_not_parse_is_refused():
    with pytest.raises(schema.UNREADABLE):
        parse_document(tf.constant(b"no tf.train.Example"), LIMITS)
