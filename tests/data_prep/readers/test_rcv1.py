"""Token and qrels files as LYRL2004 distributes them."""

import gzip

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.rcv1 import Rcv1Reader

TRAIN = b"""\
.I 2286
.W
recov recov excit
bring  mexic

.I 2287
.W
uruguay
"""
TOPICS = b"""\
E11 2286 1
ECAT 2286 1
GCAT 26151 1
GCAT 2286 1
"""
TEST_PARTS = {
    0: b".I 26151\n.W\nspecul\n\n",
    1: b".I 26152\n.W\n\n",
    2: b".I 26153\n.W\nquit\nquit\n\n",
    3: b".I 26154\n.W\nlast\n\n",
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lyrl2004_tokens_train.dat").write_bytes(TRAIN)
    (tmp_path / "rcv1-v2.topics.qrels").write_bytes(TOPICS)
    for part, data in TEST_PARTS.items():
        name = f"lyrl2004_tokens_test_pt{part}.dat"
        (tmp_path / name).write_bytes(data)
    return tmp_path


def read(folder, split="train"):
    return list(Rcv1Reader(folder).read(split))


def test_the_files_are_the_split(folder):
    reader = Rcv1Reader(folder)
    assert reader.splits() == ["train", "test"]
    train = [
        Document(
            "2286", b"recov recov excit bring  mexic", ("E11", "ECAT", "GCAT")
        ),
        Document("2287", b"uruguay", ()),
    ]
    # Twice, as preparation does.
    assert list(reader.read("train")) == list(reader.read("train")) == train
    assert list(reader.read("test")) == [
        Document("26151", b"specul", ("GCAT",)),
        Document("26152", b"", ()),
        Document("26153", b"quit quit", ()),
        Document("26154", b"last", ()),
    ]


def test_compressed_files_are_read(folder):
    expected = read(folder)
    for path in list(folder.iterdir()):
        path.with_name(f"{path.name}.gz").write_bytes(
            gzip.compress(path.read_bytes())
        )
        path.unlink()
    assert Rcv1Reader(folder).splits() == ["train", "test"]
    assert read(folder) == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b".W\na\n", "line 1: expected `.I`"),
        (b".I 1\n.W\na\n\n.I 2\nb\n", "line 6: expected `.W`"),
        (b".I 1\n.W\na\n\n.I 2\n", "line 5: `.W` is missing"),
        (b".I 1\n.I 2\n.W\n", "line 1: `.W` is missing"),
        (b".I one\n.W\na\n", "line 1: expected the number of a document"),
        (b".I -1\n.W\na\n", "line 1: expected the number of a document"),
        (b".I\n.W\na\n", "line 1: expected the number of a document"),
        (
            b".I 1\n.W\na\n\n.I 1\n.W\nb\n",
            "train.dat, line 5: the document id ",
        ),
    ],
)
def test_a_malformed_token_file_is_named_by_line(folder, data, message):
    (folder / "lyrl2004_tokens_train.dat").write_bytes(data)
    with pytest.raises(UserError, match=message):
        read(folder)


def test_a_document_in_two_test_files_is_named_by_both_places(folder):
    (folder / "lyrl2004_tokens_test_pt3.dat").write_bytes(TEST_PARTS[0])
    with pytest.raises(UserError, match=r"pt3.dat, line 1: .*pt0.dat, line 1"):
        read(folder, "test")


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("rcv1-v2.topics.qrels", "train"),
        ("lyrl2004_tokens_test_pt2.dat", "test"),
    ],
)
def test_a_missing_file_is_named(folder, name, split):
    (folder / name).unlink()
    with pytest.raises(UserError, match=f"has no {name}"):
        read(folder, split)


@pytest.mark.parametrize("data", [TRAIN, gzip.compress(TRAIN * 500)[:-9]])
def test_a_wrong_gzip_file_is_named_with_its_last_good_line(folder, data):
    (folder / "lyrl2004_tokens_train.dat").unlink()
    (folder / "lyrl2004_tokens_train.dat.gz").write_bytes(data)
    with pytest.raises(UserError, match=r"dat.gz, after line \d+: damaged"):
        read(folder)


def test_malformed_qrels_file_is_an_error(folder):
    (folder / "rcv1-v2.topics.qrels").write_bytes(b"E11 2286 0\n")
    with pytest.raises(UserError, match=r"qrels, line 1: expected `label doc"):
        read(folder)
