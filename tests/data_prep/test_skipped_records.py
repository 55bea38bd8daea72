"""A raw record that cannot be read ends the run, or is left out and named."""

import pytest
import tensorflow as tf
from raw_documents import TRAIN, run

from axml_tf.console.errors import UserError
from axml_tf.data_prep.prepare import prepare
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.data_prep.readers.fields import Fields
from axml_tf.data_prep.readers.formats import make_reader
from axml_tf.data_prep.skipped_records import SkippedRecords
from axml_tf.dataset.dataset_info import read_true_labels

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


def test_bad_records_are_left_out_and_the_others_keep_their_ids(case):
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
    assert f"bad records left out: {len(bad_lines)}," in report[0]
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


def test_error_of_another_kind_is_passed_on():
    with pytest.raises(KeyError), SkippedRecords().of("train"):
        raise KeyError


def test_only_the_first_twenty_are_shown_and_all_are_written(tmp_path):
    skipped = SkippedRecords()
    for number in range(30):
        with skipped.of("dev"):
            raise UserError(f"x, line {number}: expected\tJSON")
    report = skipped.report().splitlines()
    assert report[0] == "bad records left out: 30, see skipped.txt:"
    assert len(report) == 22 and report[-1].strip() == "and 10 more"
    skipped.write(tmp_path)
    written = (tmp_path / "skipped.txt").read_text().splitlines()
    assert written[29] == "dev\tx, line 29\texpected JSON"
    assert len(written) == 30


def spoil(raw, split, line):
    path = raw / f"{split}_ids.txt"
    ids = path.read_text().splitlines()
    ids[line] = ""
    path.write_text("".join(f"{name}\n" for name in ids))
    return path


def test_prepared_set_counts_what_was_kept(raw, capsys):
    spoil(raw, "train", 1)
    spoil(raw, "test", 0)
    output, info = run(raw, on_bad_record="skip", num_shards=2)
    kept = {name: split.num_documents for name, split in info.splits.items()}
    assert kept == {"train": len(TRAIN) - 1, "dev": 1, "test": 1}
    for split, ids in (("train", ["t0", "t2"]), ("test", ["e1"])):
        truth = [name for name, _ in read_true_labels(output, split)]
        assert truth == ids
    lines = (output / "skipped.txt").read_text().splitlines()
    assert lines == [
        f"train\t{raw}/train_labels.txt, line 2\texpected an id, found an "
        "empty one.",
        f"test\t{raw}/test_labels.txt, line 1\texpected an id, found an "
        "empty one.",
    ]
    assert "bad records left out: 2, see skip" in capsys.readouterr().out


def test_words_stay_with_their_documents(raw):
    """Both passes leave out the same, also where dev is taken from train."""
    for path in raw.glob("dev_*"):
        path.unlink()
    count = 900
    for kind, line in (
        ("raw_texts", "word{0} word{0}\n"),
        ("labels", "label{0}\n"),
        ("ids", "d{0}\n"),
    ):
        path = raw / f"train_{kind}.txt"
        path.write_text("".join(line.format(i) for i in range(count)))
    ids = (raw / "train_ids.txt").read_text().splitlines()
    bad = range(0, count, 7)
    for i in bad:
        ids[i] = ""
    (raw / "train_ids.txt").write_text("".join(f"{name}\n" for name in ids))
    output, info = run(raw, on_bad_record="skip", valid_fraction=0.3)
    train, dev = (info.splits[name].num_documents for name in ("train", "dev"))
    assert train + dev == count - len(bad) and min(train, dev) > 100
    written = (output / "skipped.txt").read_text().splitlines()
    assert len(written) == len(bad)
    assert_words_fit_labels(output, info)


def assert_words_fit_labels(output, info):
    words = (output / "vocab.txt").read_text().splitlines()
    for shard in info.splits["train"].shards:
        for record in tf.data.TFRecordDataset(str(output / shard)):
            features = tf.train.Example.FromString(record.numpy()).features
            feature = features.feature
            name = feature["id"].bytes_list.value[0].decode()
            ids = feature["token_ids"].int64_list.value
            found = {words[i] for i in ids}
            assert found == {f"word{name[1:]}"}


def test_nothing_left_out_is_said_too(raw, capsys):
    output, _ = run(raw, on_bad_record="skip")
    assert "bad records left out: none" in capsys.readouterr().out
    assert not (output / "skipped.txt").exists()


def test_bad_record_ends_a_preparation_by_default(raw):
    path = spoil(raw, "train", 1)
    with pytest.raises(UserError, match="line 2: expected an id"):
        run(raw)
    assert path.exists() and not (raw.parent / "out").exists()


def test_number_left_out_is_told_where_nothing_remains(raw):
    for line in range(3):
        spoil(raw, "train", line)
    with pytest.raises(UserError, match=r"has a label; 3 were left out\.$"):
        run(raw, on_bad_record="skip")


def test_set_of_word_counts_counts_what_was_kept(tmp_path, capsys):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "train.txt").write_bytes(b"3 5 2\n0 1:1\n0 9:1\n1 2:2\n")
    (raw / "test.txt").write_bytes(b"1 5 2\n1 1:1\n")
    output = tmp_path / "out"
    options = {"format": "xmc_sparse", "valid_fraction": 0.0}
    info = prepare(PrepareConfig(raw, output, on_bad_record="skip", **options))
    assert info.splits["train"].num_documents == 2
    assert [name for name, _ in read_true_labels(output, "train")] == ["0", "2"]
    (line,) = (output / "skipped.txt").read_text().splitlines()
    assert line.startswith(f"train\t{raw}/train.txt, line 3\t")
    assert "bad records left out: 1," in capsys.readouterr().out


def test_choice_of_another_name_is_refused():
    with pytest.raises(UserError, match="--on_bad_record must be one of"):
        PrepareConfig("in", "out", on_bad_record="ignore")
