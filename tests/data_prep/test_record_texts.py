"""Texts come back in the order of the true labels, or not at all."""

import pytest
from raw_documents import TEST, TRAIN, prepare_raw

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.lines import write_lines
from axml_tf.data_prep.record_texts import read_documents


def without_labels(documents):
    return [document._replace(labels=()) for document in documents]


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_documents_come_back_as_they_went_in(raw, compression):
    data = prepare_raw(raw, num_shards=2, compression=compression)
    assert list(read_documents(data, "train")) == without_labels(TRAIN)
    assert list(read_documents(data, "test")) == without_labels(TEST)


@pytest.mark.parametrize("count", [1, 6, 7, 8, 15])
def test_any_number_of_documents_fits_any_number_of_shards(tmp_path, count):
    documents = [
        Document(f"d{index}", b"word %d" % index, ("label",))
        for index in range(count)
    ]
    raw = tmp_path / "raw"
    raw.mkdir()
    write_lines(raw, "train", documents)
    data = prepare_raw(raw, num_shards=7, valid_fraction=0.0)
    assert list(read_documents(data, "train")) == without_labels(documents)


def test_vocabulary_is_not_needed(raw):
    data = prepare_raw(raw)
    data.vocabulary_path.unlink()
    assert len(list(read_documents(data, "train"))) == len(TRAIN)


def test_missing_shard_is_a_user_error(raw):
    data = prepare_raw(raw)
    (data.folder / data.info.split("train").shards[0]).unlink()
    with pytest.raises(UserError, match=r"train-00000.*missing"):
        list(read_documents(data, "train"))


def test_damaged_records_are_a_user_error(raw):
    data = prepare_raw(raw, num_shards=1)
    shard = data.folder / data.info.split("train").shards[0]
    content = shard.read_bytes()
    for damage in (content[:-3], content[:50] + b"x" + content[51:], b""):
        shard.write_bytes(damage)
        with pytest.raises(UserError, match=r"train split.*damaged, or not"):
            list(read_documents(data, "train"))


def test_records_of_other_documents_are_a_user_error(raw):
    data = prepare_raw(raw, num_shards=1)
    path = data.true_labels_path("train")
    lines = path.read_text().splitlines(keepends=True)
    for other in (lines[:-1], [*lines, "t9\t0\n"], lines[::-1]):
        path.write_text("".join(other))
        with pytest.raises(UserError, match="damaged, or not those of"):
            list(read_documents(data, "train"))
