import pytest
from helpers import random_records, write_dataset

from axml_tf.console.errors import UserError
from axml_tf.inspection.split_documents import (
    Document,
    all_documents,
    find_document,
    sample_documents,
)

RECORDS = [
    ("first", [2, 3], [1, 0]),
    # No word; a label that training has not seen; both.
    ("empty", [], [2]),
    ("unseen", [4], [6, 5]),
    ("last", [5, 5, 2], []),
]
DOCUMENTS = [
    Document("first", b"word2 word3", ("label 1", "label 0")),
    Document("empty", b"", ("label 2",)),
    Document("unseen", b"word4", ("label 5",)),
    Document("last", b"word5 word5 word2", ()),
]


@pytest.fixture
def data(tmp_path):
    shards = [RECORDS[:1], RECORDS[1:]]
    return write_dataset(tmp_path, {"test": shards}, num_unseen_labels=1)


def test_all_documents_come_in_their_order_with_labels_training_has_seen(data):
    assert list(all_documents(data, "test")) == DOCUMENTS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.id)
def test_a_document_is_found_by_its_id(data, document):
    assert find_document(data, document.id, "test") == document


def test_unknown_id_is_told_with_where_they_all_are(data):
    with pytest.raises(UserError) as error:
        find_document(data, "nobody", "test")
    assert str(error.value) == (
        f"The test split of {data.folder} has no document 'nobody'. "
        "test.labels.txt has all ids; --split names another split."
    )


def test_documents_of_a_corpus_are_found_as_they_are_sampled(generated):
    document = next(sample_documents(generated.data, "test", 1, seed=3))
    found = find_document(generated.data, document.id, "test")
    assert found == document
    assert found.true_labels


@pytest.mark.parametrize(
    "ask",
    [
        lambda data: find_document(data, "culprit", "test"),
        lambda data: list(sample_documents(data, "test", 2, seed=0)),
        lambda data: list(all_documents(data, "test")),
    ],
    ids=["find", "sample", "all"],
)
def test_document_that_is_none_is_refused(tmp_path, ask):
    # As an index, -1 would be the last label.
    shards = [[("right", [2], [1]), ("culprit", [2], [-1])]]
    data = write_dataset(tmp_path, {"test": shards})
    with pytest.raises(UserError, match=r"document 'culprit'.*found -1"):
        ask(data)


def test_samples_are_drawn_by_their_seed(generated):
    def ids(count, seed):
        return [
            document.id
            for document in sample_documents(
                generated.data, "test", count, seed
            )
        ]

    assert len(set(ids(20, 0))) == 20
    assert ids(20, 0) == ids(20, 0) != ids(20, 1)
    assert len(ids(10_000, 0)) == 200


def test_documents_without_words_are_not_sampled(data):
    found = list(sample_documents(data, "test", 4, seed=0))
    assert found == [x for x in DOCUMENTS if x.text]


def test_records_behind_the_sample_are_not_read(tmp_path):
    data = write_dataset(tmp_path, {"test": [random_records(50)]})
    last = max(
        int(document.id[1:])
        for document in sample_documents(data, "test", 2, seed=0)
    )
    assert last < 48
    (shard,) = data.folder.glob("test-*")
    content = bytearray(shard.read_bytes())
    # In the text of the last record: only who reads it sees that.
    content[-10] ^= 1
    shard.write_bytes(content)
    assert len(list(sample_documents(data, "test", 2, seed=0))) == 2
    with pytest.raises(UserError, match="record 49"):
        list(all_documents(data, "test"))


def test_split_that_is_missing_is_named(data):
    with pytest.raises(UserError, match="has no split 'dev'; it has test"):
        list(all_documents(data, "dev"))
