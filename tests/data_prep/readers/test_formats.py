"""Every format has a reader of its own."""

import pytest

from axml_tf.data_prep.readers.csv_table import CsvReader
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.eurlex import EurlexReader
from axml_tf.data_prep.readers.fields import Fields
from axml_tf.data_prep.readers.formats import FORMATS, make_reader
from axml_tf.data_prep.readers.jsonl import JsonlReader
from axml_tf.data_prep.readers.lines import LinesReader
from axml_tf.data_prep.readers.lshtc import LshtcReader
from axml_tf.data_prep.readers.rcv1 import Rcv1Reader
from axml_tf.data_prep.readers.xmc_sparse import XmcSparseReader
from axml_tf.data_prep.readers.xmc_text import XmcTextReader

READERS = {
    "lines": LinesReader,
    "rcv1": Rcv1Reader,
    "eurlex": EurlexReader,
    "xmc_text": XmcTextReader,
    "xmc_sparse": XmcSparseReader,
    "lshtc": LshtcReader,
    "jsonl": JsonlReader,
    "csv": CsvReader,
}


def test_formats_are_these():
    assert sorted(FORMATS) == sorted(READERS)


@pytest.mark.parametrize("name", READERS)
def test_empty_folder_has_no_split(tmp_path, name):
    reader = make_reader(name, tmp_path, Fields())
    assert type(reader) is READERS[name]
    assert reader.splits() == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("jsonl", b'{"body": "t", "labels": "a;b"}\n'),
        ("csv", b"body,labels\nt,a;b\n"),
    ],
)
def test_fields_reach_the_readers_that_have_some(tmp_path, name, content):
    (tmp_path / f"train.{name}").write_bytes(content)
    fields = Fields(text_field="body", label_separator=";")
    reader = make_reader(name, tmp_path, fields)
    assert list(reader.read("train")) == [Document("0", b"t", ("a", "b"))]
