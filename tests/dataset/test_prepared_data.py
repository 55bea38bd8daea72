import dataclasses
import hashlib

import pytest

from axml_tf.console.errors import UserError
from axml_tf.dataset import label_files
from axml_tf.dataset.dataset_info import FORMAT_VERSION, DatasetInfo, SplitInfo
from axml_tf.dataset.prepared_data import PreparedData, true_labels_path

VOCABULARY = b"<pad>\n<unk>\ncats\n"
LABELS = b"law\t3\nfish\t1\nbird\t0\n"

INFO = DatasetInfo(
    vocab_size=3,
    num_distinct_words=1,
    num_labels=2,
    num_unseen_labels=1,
    max_length=500,
    embedding_dim=None,
    embedding_coverage=None,
    compression="",
    splits={
        "train": SplitInfo(3, 80, 4, 1, 0, 0, (), ("train-0", "train-1")),
        "dev": SplitInfo(9000, 99, 99, 9, 9, 9, (), ("dev-0",)),
    },
    fingerprint="f00d",
    format_version=FORMAT_VERSION,
    schema_version=1,
    tokenizer_version=7,
    versions={},
)


@pytest.fixture
def data(tmp_path):
    INFO.save(tmp_path)
    (tmp_path / "vocab.txt").write_bytes(VOCABULARY)
    (tmp_path / "labels.txt").write_bytes(LABELS)
    (tmp_path / "dev.labels.txt").write_bytes(b"a\t1 0\nb\t\n")
    return PreparedData(tmp_path)


def test_folder_and_description_are_there(data, tmp_path):
    assert data.folder == tmp_path
    assert data.info == INFO
    assert PreparedData(str(tmp_path)).folder == tmp_path


def test_it_shows_its_sizes(data, tmp_path):
    assert repr(data) == (
        f"PreparedData('{tmp_path}': train 3, dev 9,000 documents, 2 labels)"
    )


def test_folder_that_is_no_data_set_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"dataset\.json is missing"):
        PreparedData(tmp_path)


def test_its_files_have_their_names(data, tmp_path):
    assert data.vocabulary_path == tmp_path / "vocab.txt"
    assert data.embeddings_path == tmp_path / "embeddings.npy"
    assert data.true_labels_path("dev") == tmp_path / "dev.labels.txt"
    assert true_labels_path(str(tmp_path), "x") == tmp_path / "x.labels.txt"


def test_labels_are_known_with_and_without_unseen_ones(data):
    assert data.label_names == ["law", "fish"]
    assert data.all_label_names == ["law", "fish", "bird"]
    assert data.label_counts == [3, 1, 0]


def test_labels_are_read_once(data, monkeypatch):
    calls = []
    read = label_files.read_labels
    monkeypatch.setattr(
        label_files,
        "read_labels",
        lambda path: calls.append(path) or read(path),
    )
    for _ in range(3):
        assert data.label_names == ["law", "fish"]
        assert data.label_counts == [3, 1, 0]
    assert calls == [data.folder / "labels.txt"]


def test_other_number_of_labels_than_described_is_refused(data):
    path = data.folder / "labels.txt"
    path.write_bytes(LABELS[: LABELS.index(b"bird")])
    with pytest.raises(UserError) as error:
        _ = data.label_names
    assert str(error.value) == (
        f"{path} has 2 labels, dataset.json says 3. Prepare the data again."
    )


def test_true_labels_are_those_of_the_split(data):
    assert list(data.true_labels("dev")) == [("a", [1, 0]), ("b", [])]
    with pytest.raises(UserError, match=r"train\.labels\.txt is missing"):
        list(data.true_labels("train"))


def test_identity_is_hashes_and_numbers(data):
    assert data.identity() == {
        "vocab.txt": hashlib.sha256(VOCABULARY).hexdigest()[:16],
        "labels.txt": hashlib.sha256(LABELS).hexdigest()[:16],
        "max_length": 500,
        "tokenizer_version": 7,
        "fingerprint": "f00d",
    }
    assert data.labels_hash == data.identity()["labels.txt"]


def test_identity_of_a_training_has_the_numbers_of_its_split(data):
    assert data.training_identity() == {
        **data.identity(),
        "train_documents": 3,
        "train_words": 80,
        "train_labels": 4,
        "train_shards": 2,
    }


@pytest.mark.parametrize("name", ["vocab.txt", "labels.txt"])
def test_one_changed_letter_changes_the_part_of_its_file(data, name):
    before = data.identity()
    path = data.folder / name
    path.write_bytes(path.read_bytes().replace(b"s", b"z", 1))
    after = PreparedData(data.folder).identity()
    assert before.pop(name) != after.pop(name)
    assert before == after


def test_changed_label_count_changes_the_labels(data):
    before = data.labels_hash
    (data.folder / "labels.txt").write_bytes(LABELS.replace(b"3", b"4"))
    assert PreparedData(data.folder).labels_hash != before


def test_changed_description_changes_its_parts_only(data):
    before = data.identity()
    dataclasses.replace(INFO, max_length=200, fingerprint="beef").save(
        data.folder
    )
    assert PreparedData(data.folder).identity() == {
        **before,
        "max_length": 200,
        "fingerprint": "beef",
    }


@pytest.mark.parametrize("name", ["vocab.txt", "labels.txt"])
def test_missing_file_is_named(data, name):
    path = data.folder / name
    path.unlink()
    with pytest.raises(UserError) as error:
        data.identity()
    assert str(error.value) == f"{path} is missing. Prepare the data again."
