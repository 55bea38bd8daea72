"""Every raw document goes to one split, chosen by its id."""

import hashlib

import pytest
from raw_documents import DEV, TEST, TRAIN

from axml_tf.console.errors import UserError
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.lines import LinesReader
from axml_tf.data_prep.splits import RawSplits, open_reader


def numbered(count):
    return [Document(f"id{i}", b"", ()) for i in range(count)]


class ListReader:
    """Gives documents from lists, and errors where they have some."""

    def __init__(self, **splits):
        self._splits = splits

    def splits(self):
        return list(self._splits)

    def expected(self, split):
        return split

    def read(self, split, on_bad_record):
        for document in self._splits[split]:
            with on_bad_record:
                if isinstance(document, Exception):
                    raise document
                yield document


def raw_splits(reader, **options):
    return RawSplits(reader, PrepareConfig("in", "out", **options))


def documents(raw):
    return {name: list(raw.documents(name, "test")) for name in raw.names}


def test_splits_that_are_there_stay_as_they_are(raw):
    reader = open_reader(PrepareConfig(raw, ""))
    assert isinstance(reader, LinesReader)
    assert documents(raw_splits(reader, valid_fraction=0.9)) == {
        **{"train": TRAIN, "dev": DEV},
        "test": TEST,
    }


@pytest.mark.parametrize("seed", [0, 7])
def test_dev_is_taken_from_train_by_the_hash_of_seed_and_id(seed):
    given, test = numbered(1000), numbered(5)
    found = documents(
        raw_splits(
            ListReader(train=given, test=test), valid_fraction=0.2, seed=seed
        )
    )
    assert list(found) == ["train", "dev", "test"]
    expected = {"train": [], "dev": []}
    for document in given:
        key = f"{seed}\t{document.id}".encode()
        share = int(hashlib.sha256(key).hexdigest()[:16], 16) / 16**16
        expected["dev" if share < 0.2 else "train"].append(document)
    assert found == {**expected, "test": test}
    assert 150 < len(found["dev"]) < 250


def test_fraction_of_zero_takes_no_dev_split():
    found = documents(
        raw_splits(ListReader(train=numbered(9)), valid_fraction=0)
    )
    assert found == {"train": numbered(9)}


def test_bad_record_is_an_error_unless_it_is_to_be_skipped():
    one, two = numbered(2)
    reader = ListReader(train=[one, UserError("x, line 2: bad"), two])
    options = {"valid_fraction": 0.0}
    raw = raw_splits(reader, **options)
    assert raw.skipped is None
    with pytest.raises(UserError, match="x, line 2: bad"):
        documents(raw)
    raw = raw_splits(reader, on_bad_record="skip", **options)
    assert documents(raw) == {"train": [one, two]}
    assert len(raw.skipped) == 1


def test_records_skipped_for_dev_are_those_of_train(tmp_path):
    reader = ListReader(train=[*numbered(9), UserError("x, line 10: bad")])
    raw = raw_splits(reader, on_bad_record="skip", valid_fraction=0.5)
    assert list(raw.documents("dev", "test"))
    raw.skipped.write(tmp_path)
    line = (tmp_path / "skipped.txt").read_text()
    assert line == "train\tx, line 10\tbad\n"


def test_nothing_to_learn_is_a_user_error():
    bad = UserError("x, line 1: bad")
    raw = raw_splits(ListReader(train=[bad]), on_bad_record="skip")
    raw.check_any_label({"a": 1})
    with pytest.raises(UserError, match=r"document in in has a label\.$"):
        raw.check_any_label({})
    documents(raw)
    with pytest.raises(UserError, match=r"has a label; 1 were skipped\.$"):
        raw.check_any_label({})


def test_split_without_documents_is_a_user_error():
    raw = raw_splits(ListReader(train=[]), valid_fraction=0.125)
    raw.check_not_empty({"train": 1, "dev": 1})
    with pytest.raises(
        UserError, match=r"left for dev with --valid_fraction=0\.125: change it"
    ):
        raw.check_not_empty({"train": 1, "dev": 0})


def test_folder_without_training_documents_is_a_user_error(raw):
    with pytest.raises(
        UserError, match=r"^There is no input folder \S+none\.$"
    ):
        open_reader(PrepareConfig(raw / "none", ""))
    for path in raw.glob("train_*"):
        path.unlink()
    with pytest.raises(
        UserError, match=r"no training documents: expected train_raw_texts"
    ):
        open_reader(PrepareConfig(raw, ""))
