"""ARFF, qrels and lists of ids as TU Darmstadt publishes EUR-Lex."""

import gzip

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.eurlex import EurlexReader

HEADER = b"""\
@relation 'eurlex'

@attribute ID numeric
@attribute text string

@data
"""
QRELS = b"fruit 12 1\nimport_licence 3 1\nsugar 12 1\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "id2class_eurlex_eurovoc.qrels").write_bytes(QRELS)
    return tmp_path


def write(folder, name, *rows):
    path = folder / f"eurlex_tokenstring{name}.arff"
    path.write_bytes(HEADER + b"".join(row + b"\n" for row in rows))
    return path


def test_a_fold_is_the_split(folder):
    write(
        folder,
        "_CV3-10_train",
        b"12,'the council \\'s regul'",
        b"% a remark",
        b'3, "said \\"no\\" \\\\ it\'s"',
        b"5,word",
    )
    write(folder, "_CV3-10_test", b"7,'two\\nlines'", b"8,''")
    reader = EurlexReader(folder)
    assert reader.splits() == ["train", "test"]
    train = [
        Document("12", b"the council 's regul", ("fruit", "sugar")),
        Document("3", b'said "no" \\ it\'s', ("import_licence",)),
        Document("5", b"word", ()),
    ]
    assert list(reader.read("train")) == list(reader.read("train")) == train
    assert list(reader.read("test")) == [
        Document("7", b"two lines", ()),
        Document("8", b"", ()),
    ]


def test_the_whole_corpus_is_split_by_a_list_of_test_documents(folder):
    path = write(folder, "", b"12,'a'", b"3,'b'", b"5,'c'")
    path.with_name(f"{path.name}.gz").write_bytes(
        gzip.compress(path.read_bytes())
    )
    path.unlink()
    assert EurlexReader(folder).splits() == ["train"]
    (folder / "test_ids.txt").write_bytes(b"3\n")
    reader = EurlexReader(folder)
    assert reader.splits() == ["train", "test"]
    assert [d.id for d in reader.read("train")] == ["12", "5"]
    assert [d.id for d in reader.read("test")] == ["3"]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (b"", "test_ids.txt is empty"),
        (b"3\nx\n", "line 2: expected the number"),
        (b"3\n12\n3\n", "line 3: line 1 again"),
        (b"3\n99\n", "line 2: .* has no document 99"),
    ],
)
def test_a_wrong_list_of_test_documents_is_named_by_line(folder, ids, message):
    write(folder, "", b"12,'a'", b"3,'b'")
    (folder / "test_ids.txt").write_bytes(ids)
    with pytest.raises(UserError, match=message):
        reader = EurlexReader(folder)
        reader.splits()
        list(reader.read("train"))


def test_document_that_stands_twice_is_named_by_line(folder):
    write(folder, "", b"12,'a'", b"3,'b'", b"12,'c'")
    with pytest.raises(UserError, match="line 9: the document id"):
        list(EurlexReader(folder).read("train"))


def test_missing_split_is_a_user_error(folder):
    write(folder, "_CV3-10_train", b"12,'a'")
    with pytest.raises(
        UserError, match=r"has no eurlex_tokenstring_CV3-10_test\.arff: expect"
    ):
        list(EurlexReader(folder).read("test"))


def test_several_folds_are_an_error(folder):
    write(folder, "_CV1-10_train", b"1,'a'")
    write(folder, "_CV10-10_train", b"1,'a'")
    with pytest.raises(UserError, match="has the folds 1, 10"):
        EurlexReader(folder)


def test_a_missing_qrels_file_is_named(folder):
    write(folder, "", b"1,'a'")
    (folder / "id2class_eurlex_eurovoc.qrels").unlink()
    with pytest.raises(
        UserError, match=r"has no id2class_eurlex_eurovoc.qrels"
    ):
        list(EurlexReader(folder).read("train"))
