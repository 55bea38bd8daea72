"""Triggers are planted where, and only where, their label is given."""

import json

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.generated_corpus import write_generated_corpus
from axml_tf.data_prep.readers.lines import LinesReader


def test_labels_are_those_whose_triggers_stand_in_the_text(tmp_path):
    write_generated_corpus(
        tmp_path / "raw", num_train=200, num_test=50, num_labels=10
    )
    triggers = json.loads((tmp_path / "raw" / "triggers.json").read_text())
    label_of = {w: label for label, ws in triggers.items() for w in ws}
    assert len(triggers) == 10
    assert len(label_of) == sum(map(len, triggers.values()))
    assert {len(words) for words in triggers.values()} == {1, 2}
    reader = LinesReader(tmp_path / "raw")
    for split, count in (("train", 200), ("test", 50)):
        documents = list(reader.read(split))
        assert len(documents) == count
        for document in documents:
            words = document.text.decode().split()
            planted = [label_of[word] for word in words if word in label_of]
            assert sorted(planted) == sorted(document.labels)
            assert 1 <= len(planted) <= 3
            assert 20 <= len(words) - len(planted) <= 60


def test_the_seed_decides(tmp_path):
    def texts(name, seed):
        write_generated_corpus(
            tmp_path / name, num_train=20, num_test=5, seed=seed
        )
        return (tmp_path / name / "train_raw_texts.txt").read_bytes()

    assert texts("a", 0) == texts("b", 0) != texts("c", 1)


def test_too_few_labels_are_an_error(tmp_path):
    with pytest.raises(UserError, match="--num_labels must be at least 3"):
        write_generated_corpus(tmp_path / "raw", num_labels=2)


def test_no_word_stands_for_two_labels(tmp_path):
    write_generated_corpus(
        tmp_path / "raw", num_train=1, num_test=1, num_labels=2000
    )
    triggers = json.loads((tmp_path / "raw" / "triggers.json").read_text())
    words = [word for words in triggers.values() for word in words]
    assert len(words) == len(set(words)) > 2000
