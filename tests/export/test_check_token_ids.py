"""The served graph against records whose ids were worked out by hand."""

import dataclasses
import shutil

import pytest
import tensorflow as tf

from axml_tf.console.errors import UserError
from axml_tf.dataset.dataset_info import DatasetInfo, SplitInfo
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.export.check_token_ids import check_token_ids
from axml_tf.formats import schema

# Ids are line numbers of the vocabulary in served_model.py; 1 is unknown.
DOCUMENTS = {
    b"plain": (b"The FISH quota, of 1998!", [2, 3, 4, 1, 5]),
    b"empty": (b"", []),
    b"nul": (b"fish\x00quota", [3, 4]),
    b"invalid": (b"\xff\xfe fish", [1, 3]),
    b"hebrew": ("🐟 שלום".encode(), [6]),
    b"long": (b"fish " * 1000, [3] * 500),
}


@pytest.fixture
def data_dir(trained, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(trained.data_dir, folder)
    info = DatasetInfo.load(folder)
    split = SplitInfo(len(DOCUMENTS), 0, 0, 0, 0, 0, (), ("train.tfrecord",))
    dataclasses.replace(info, splits={"train": split}).save(folder)
    return folder


def write(data_dir, documents):
    with tf.io.TFRecordWriter(str(data_dir / "train.tfrecord")) as writer:
        for name, (text, token_ids) in documents.items():
            writer.write(schema.encode(name, text, token_ids, []))


def test_ids_by_hand_are_those_served(exported, data_dir):
    write(data_dir, DOCUMENTS)
    assert check_token_ids(exported, PreparedData(data_dir)) == len(DOCUMENTS)


@pytest.mark.parametrize(
    "wrong", [[2, 3, 4, 1, 4], [2, 3, 4, 1], [2, 3, 4, 1, 5, 3], []]
)
@pytest.mark.parametrize("others", [DOCUMENTS, {}])
def test_a_document_with_other_ids_is_named(exported, data_dir, wrong, others):
    text, _ = DOCUMENTS[b"plain"]
    write(data_dir, {**others, b"plain": (text, wrong)})
    with pytest.raises(UserError, match="Document plain has other ids"):
        check_token_ids(exported, PreparedData(data_dir))
