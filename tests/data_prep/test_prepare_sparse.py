"""A set of word counts becomes a folder for the sparse systems only."""

import numpy as np
import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.prepare import prepare
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.dataset import sparse_features
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.dataset.shards import shard_paths

NUM_FEATURES = 30
NUM_LABELS = 9


def random_set(rng, num_documents, labels):
    """Rows of values, and some of the labels for each."""
    values = rng.integers(-3, 4, (num_documents, NUM_FEATURES)) / 4
    values[0] = 0  # A document without features.
    chosen = rng.random((num_documents, len(labels))) < 0.3
    chosen[1] = False  # One without labels.
    return values, [
        [label for label, is_on in zip(labels, row, strict=True) if is_on]
        for row in chosen
    ]


def write(path, values, labels):
    with open(path, "w") as file:
        print(len(values), NUM_FEATURES, NUM_LABELS, file=file)
        for row, names in zip(values, labels, strict=True):
            pairs = [f"{i}:{row[i]}" for i in np.flatnonzero(row)]
            print(",".join(map(str, names)), *pairs, file=file)


@pytest.fixture
def raw(tmp_path):
    rng = np.random.default_rng(0)
    folder = tmp_path / "raw"
    folder.mkdir()
    # Label 8 is in the test file only.
    train = random_set(rng, 80, range(8))
    train[0][:, -1] = 0  # No training document has the last feature.
    test = random_set(rng, 20, range(9))
    write(folder / "set_train.txt", *train)
    write(folder / "set_test.txt", *test)
    return folder, train, test


def run(folder, **options):
    output = folder.parent / "out"
    config = PrepareConfig(folder, output, format="xmc_sparse", **options)
    return prepare(config)


def test_features_and_labels_come_out_as_they_went_in(raw, capsys):
    folder, train, test = raw
    data = run(folder, valid_fraction=0.25)
    assert {path.name for path in data.folder.iterdir()} == {
        *("dataset.json", "labels.txt"),
        *(
            f"{split}.{kind}"
            for split in ("train", "dev", "test")
            for kind in ("labels.txt", "features.npz")
        ),
    }
    names = data.all_label_names
    seen = {"train": set(), "dev": set(), "test": set()}
    for split, found in seen.items():
        values, labels = test if split == "test" else train
        features = sparse_features.read(data, split)
        assert features.dtype == np.float32
        truth = list(data.true_labels(split))
        for row, (document_id, label_ids) in zip(
            features.toarray(), truth, strict=True
        ):
            number = int(document_id)
            found.add(number)
            np.testing.assert_array_equal(row, values[number])
            assert sorted(int(names[i]) for i in label_ids) == labels[number]
    assert len(seen["train"]) + len(seen["dev"]) == 80
    assert seen["train"] | seen["dev"] == set(range(80))
    assert 8 <= len(seen["dev"]) <= 34
    assert seen["test"] == set(range(20))
    assert "for the sparse systems only" in capsys.readouterr().out


def test_what_is_counted_is_written_down(raw):
    folder, (_, labels), (_, test_labels) = raw
    data = run(folder, valid_fraction=0.0)
    info = data.info
    assert info == DatasetInfo.load(data.folder)
    assert (info.vocab_size, info.num_distinct_words) == (30, 29)
    assert (info.num_labels, info.num_unseen_labels) == (8, 1)
    names, counts = data.all_label_names, data.label_counts
    assert dict(zip(names, counts, strict=True)) == {
        str(label): sum(label in row for row in labels) for label in range(9)
    }
    assert counts == sorted(counts, reverse=True)
    train, test = info.split("train"), info.split("test")
    assert train.shards == train.length_percentiles == ()
    assert (train.num_documents, test.num_documents) == (80, 20)
    assert train.num_labels == sum(map(len, labels))
    assert train.num_without_labels == sum(not row for row in labels)
    assert test.num_unseen_labels == sum(8 in row for row in test_labels)
    assert train.num_unseen_labels == 0


def test_a_neural_model_is_told_why_it_cannot_be_trained(raw):
    data = run(raw[0])
    for split in ("train", "test"):
        with pytest.raises(UserError, match=r"word counts only.*one_vs_rest"):
            shard_paths(data, split)


def test_word_vectors_are_refused(raw, tmp_path):
    (tmp_path / "vectors.txt").write_text("word 1 2\n")
    with pytest.raises(UserError, match="Leave out --embeddings"):
        run(raw[0], embeddings=tmp_path / "vectors.txt")


def test_a_failed_run_leaves_no_folder(raw):
    folder = raw[0]
    (folder / "set_test.txt").write_text("1 30 9\n0 30:1\n")
    with pytest.raises(UserError, match=r"set_test.txt, line 2"):
        run(folder)
    assert {path.name for path in folder.parent.iterdir()} == {"raw"}


def test_training_documents_without_any_label_are_an_error(raw):
    (raw[0] / "set_train.txt").write_text("1 30 9\n 1:1\n")
    with pytest.raises(UserError, match="No training document"):
        run(raw[0])


def test_a_dev_split_without_documents_is_an_error(raw):
    with pytest.raises(UserError, match="No document is left for dev"):
        run(raw[0], valid_fraction=1e-9)


def test_a_set_without_any_feature_value_is_prepared(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "train.txt").write_text("1 3 2\n1\n")
    data = run(folder, valid_fraction=0.0)
    assert sparse_features.read(data, "train").shape == (1, 3)
    assert data.info.num_distinct_words == 0
