import dataclasses
import hashlib

import pytest

from axml_tf.console.errors import UserError
from axml_tf.dataset import data_identity
from axml_tf.dataset.dataset_info import FORMAT_VERSION, DatasetInfo, SplitInfo

VOCABULARY = b"<pad>\n<unk>\ncats\n"
LABELS = b"law\t3\nfish\t1\n"

INFO = DatasetInfo(
    vocab_size=3,
    num_distinct_words=1,
    num_labels=2,
    num_unseen_labels=0,
    max_length=500,
    embedding_dim=None,
    embedding_coverage=None,
    compression="",
    splits={
        "train": SplitInfo(3, 80, 4, 1, 0, 0, (), ("train-0", "train-1")),
        "dev": SplitInfo(9, 99, 99, 9, 9, 9, (), ("dev-0",)),
    },
    fingerprint="f00d",
    format_version=FORMAT_VERSION,
    schema_version=1,
    tokenizer_version=7,
    versions={},
)


@pytest.fixture
def data_dir(tmp_path):
    (tmp_path / "vocab.txt").write_bytes(VOCABULARY)
    (tmp_path / "labels.txt").write_bytes(LABELS)
    return tmp_path


def test_parts_of_a_model_are_hashes_and_numbers(data_dir):
    assert data_identity.model_parts(data_dir, INFO) == {
        "vocab.txt": hashlib.sha256(VOCABULARY).hexdigest()[:16],
        "labels.txt": hashlib.sha256(LABELS).hexdigest()[:16],
        "max_length": 500,
        "tokenizer_version": 7,
        "fingerprint": "f00d",
    }


def test_parts_of_a_training_are_the_numbers_of_its_split(data_dir):
    assert data_identity.training_parts(data_dir, INFO) == {
        **data_identity.model_parts(data_dir, INFO),
        "train_documents": 3,
        "train_words": 80,
        "train_labels": 4,
        "train_shards": 2,
    }


@pytest.mark.parametrize("name", ["vocab.txt", "labels.txt"])
def test_one_changed_letter_changes_the_part_of_its_file(data_dir, name):
    before = data_identity.model_parts(data_dir, INFO)
    path = data_dir / name
    path.write_bytes(path.read_bytes().replace(b"s", b"z", 1))
    after = data_identity.model_parts(data_dir, INFO)
    assert data_identity.differences(before, after) == [
        f"{name} was {before[name]}, is {after[name]}"
    ]


def test_changed_label_count_changes_the_labels(data_dir):
    before = data_identity.labels_hash(data_dir)
    (data_dir / "labels.txt").write_bytes(LABELS.replace(b"3", b"4"))
    assert data_identity.labels_hash(data_dir) != before


def test_everything_that_differs_is_named_in_order(data_dir):
    before = data_identity.model_parts(data_dir, INFO)
    (data_dir / "labels.txt").write_bytes(b"fish\t3\nlaw\t1\n")
    after = data_identity.model_parts(
        data_dir, dataclasses.replace(INFO, max_length=200)
    )
    assert data_identity.differences(before, before) == []
    assert data_identity.differences(before, after) == [
        f"labels.txt was {before['labels.txt']}, is {after['labels.txt']}",
        "max_length was 500, is 200",
    ]


def test_what_an_earlier_version_did_not_keep_is_not_compared():
    assert data_identity.differences({}, {"max_length": 3}) == []
    assert data_identity.differences({"max_length": 3}, {}) == []


@pytest.mark.parametrize("name", ["vocab.txt", "labels.txt"])
def test_missing_file_is_named(data_dir, name):
    (data_dir / name).unlink()
    with pytest.raises(UserError) as error:
        data_identity.model_parts(data_dir, INFO)
    path = data_dir / name
    assert str(error.value) == f"{path} is missing. Prepare the data again."
