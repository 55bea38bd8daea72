"""In every format a bad record is an error, or it is skipped and named."""

import pytest

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.fields import Fields
from axml_tf.data_prep.readers.formats import make_reader
from axml_tf.data_prep.skipped_records import SkippedRecords

# Files of labels that stand beside the documents.
LABELS = {
    "rcv1": ("rcv1-v2.topics.qrels", b"E11 1 1\n"),
    "eurlex": ("id2class_eurlex_eurovoc.qrels", b"fish 1 1\n"),
    "xmc_text": ("lbl.json", b'{"uid": "L", "title": "Dance"}\n'),
}
ARFF = b"@relation r\n@attribute n numeric\n@attribute t string\n@data\n"
JSON = b'{"text": "a", "labels": ["x"]}\n'
XMC = b'{"uid": "%d", "title": "", "content": "", "target_ind": [%d]}\n'
# Format, file, content, ids of the documents that are kept, bad lines.
CASES = {
    "lines, an id that is no UTF-8": (
        *("lines", "train_ids.txt", b"a\n\xff\nc\n", "ac", [2]),
    ),
    "lines, an empty id": ("lines", "train_ids.txt", b"a\nb\n\n", "ab", [3]),
    "jsonl": (
        *("jsonl", "train.jsonl"),
        JSON + b"{\n[]\n" + JSON.replace(b"text", b"txt") + JSON,
        *("04", [2, 3, 4]),
    ),
    "jsonl, first and last": (
        *("jsonl", "train.jsonl", b"{\n" + JSON + b"{", "1", [1, 3]),
    ),
    "csv": (
        *("csv", "train.csv", b"id,text,labels\na,x,y\nb,x\n\tc,x,y\nd,x,y\n"),
        *("ad", [3, 4]),
    ),
    "rcv1": (
        *("rcv1", "lyrl2004_tokens_train.dat"),
        b".I 1\n.W\nx\n.I two\n.W\nx\n.I 3\n.W\nx\n",
        *("13", [4]),
    ),
    "eurlex": (
        *("eurlex", "eurlex_tokenstring.arff"),
        ARFF + b"1,'a'\nb\n% remark\n'c'\n4,'d'\n",
        *("14", [6, 8]),
    ),
    "xmc_text": (
        *("xmc_text", "trn.json"),
        XMC % (1, 0) + XMC % (2, 1) + b"{}\n" + XMC % (4, 0),
        *("14", [2, 3]),
    ),
    "xmc_sparse": (
        *("xmc_sparse", "train.txt"),
        b"4 5 2\n0 1:1\n0 5:1\nx\n1 2:2\n",
        *("03", [3, 4]),
    ),
    "lshtc": (
        *("lshtc", "train.csv", b"Data\n1 1:1\n1,, 1:1\n1 1:-1\n2 1:1\n"),
        *("03", [3, 4]),
    ),
}


@pytest.fixture(params=CASES)
def case(request, tmp_path):
    """A reader of a folder with bad records, and what is to come of it."""
    name, file, content, ids, bad_lines = CASES[request.param]
    if name == "lines":
        (tmp_path / "train_texts.txt").write_bytes(b"x\ny\nz\n")
        (tmp_path / "train_labels.txt").write_bytes(b"l\nl\nl\n")
    if name in LABELS:
        other, names = LABELS[name]
        (tmp_path / other).write_bytes(names)
    (tmp_path / file).write_bytes(content)
    reader = make_reader(name, tmp_path, Fields())
    return reader, tmp_path, list(ids), bad_lines


def test_bad_records_are_skipped_and_the_others_keep_their_ids(case):
    reader, _, ids, bad_lines = case
    skipped = SkippedRecords()
    for _ in range(2):
        documents = list(reader.read("train", skipped.of("train")))
        assert [document.id for document in documents] == ids
    assert len(skipped) == len(bad_lines)


def test_each_bad_record_is_named_once(case):
    reader, folder, _, bad_lines = case
    skipped = SkippedRecords()
    for split in ("train", "again"):
        list(reader.read("train", skipped.of(split)))
    skipped.write(folder)
    lines = (folder / "skipped.txt").read_text().splitlines()
    for line, number in zip(lines, bad_lines, strict=True):
        split, place, reason = line.split("\t")
        assert split == "train"
        assert place.endswith(f", line {number}")
        assert place.startswith(str(folder))
        assert len(reason) > 10
    report = skipped.report().splitlines()
    assert f"bad records skipped: {len(bad_lines)}," in report[0]
    assert [line.split("\t")[1] for line in lines] == [
        line.strip().partition(": ")[0] for line in report[1:]
    ]


def test_first_bad_record_ends_the_reading_unless_told_otherwise(case):
    reader, _, _, bad_lines = case
    with pytest.raises(UserError, match=f", line {bad_lines[0]}: "):
        list(reader.read("train"))


# What is no matter of one record.
BROKEN = {
    "a damaged gzip file": ("jsonl", {"train.jsonl.gz": b"no gzip"}),
    "a line without end": ("jsonl", {"train.jsonl": b" " * (1 << 24) + b"  "}),
    "a header of other columns": ("csv", {"train.csv": b"a,b\n1,2\n"}),
    "an open quote": (
        *("csv", {"train.csv": b'text,labels\nx,y\n"x,y\nx,y\n'}),
    ),
    "unequal numbers of lines": (
        "lines",
        {"train_texts.txt": b"x\ny\n", "train_labels.txt": b"l\n"},
    ),
    "a file of labels": (
        "rcv1",
        {
            "lyrl2004_tokens_train.dat": b".I 1\n.W\nx\n",
            "rcv1-v2.topics.qrels": b"E11 one 1\n",
        },
    ),
    "descriptors": (
        "eurlex",
        {
            "eurlex_tokenstring.arff": ARFF + b"1,'a'\n",
            "id2class_eurlex_eurovoc.qrels": b"fish one 1\n",
        },
    ),
    "names of labels": (
        *("xmc_text", {"trn.json": XMC % (1, 0), "lbl.json": b"{}\n"}),
    ),
    "more documents than the header says": (
        *("xmc_sparse", {"train.txt": b"1 5 2\n0 1:1\n1 1:1\n"}),
    ),
    "the same id twice": ("xmc_text", {"trn.json": XMC % (1, 0) * 2}),
    "no record at all": ("jsonl", {"train.jsonl": b"\n"}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_concerns_the_whole_file_is_an_error_always(name, tmp_path):
    format_name, files = BROKEN[name]
    for file, content in files.items():
        (tmp_path / file).write_bytes(content)
    reader = make_reader(format_name, tmp_path, Fields())
    skipped = SkippedRecords()
    with pytest.raises(UserError):
        list(reader.read("train", skipped.of("train")))
    assert len(skipped) == 0
