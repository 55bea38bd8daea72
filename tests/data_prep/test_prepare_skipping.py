"""Bad raw records are skipped in both passes, counted and named."""

import pytest
import tensorflow as tf
from raw_documents import TRAIN, prepare_raw

from axml_tf.console.errors import UserError


def corrupt(raw, split, line):
    path = raw / f"{split}_ids.txt"
    ids = path.read_text().splitlines()
    ids[line] = ""
    path.write_text("".join(f"{name}\n" for name in ids))
    return path


def test_prepared_set_counts_what_was_kept(raw, capsys):
    corrupt(raw, "train", 1)
    corrupt(raw, "test", 0)
    data = prepare_raw(raw, on_bad_record="skip", num_shards=2)
    splits = data.info.splits.items()
    kept = {name: split.num_documents for name, split in splits}
    assert kept == {"train": len(TRAIN) - 1, "dev": 1, "test": 1}
    for split, ids in (("train", ["t0", "t2"]), ("test", ["e1"])):
        truth = [name for name, _ in data.true_labels(split)]
        assert truth == ids
    lines = (data.folder / "skipped.txt").read_text().splitlines()
    assert lines == [
        f"train\t{raw}/train_labels.txt, line 2\texpected an id, found an "
        "empty one.",
        f"test\t{raw}/test_labels.txt, line 1\texpected an id, found an "
        "empty one.",
    ]
    assert "bad records skipped: 2, see skip" in capsys.readouterr().out


def test_words_stay_with_their_documents(raw):
    """Both passes skip the same, also where dev is taken from train."""
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
    data = prepare_raw(raw, on_bad_record="skip", valid_fraction=0.3)
    splits = data.info.splits
    train, dev = (splits[name].num_documents for name in ("train", "dev"))
    assert train + dev == count - len(bad) and min(train, dev) > 100
    written = (data.folder / "skipped.txt").read_text().splitlines()
    assert len(written) == len(bad)
    assert_words_fit_ids(data)


def assert_words_fit_ids(data):
    words = data.vocabulary_path.read_text().splitlines()
    for shard in data.info.splits["train"].shards:
        for record in tf.data.TFRecordDataset(str(data.folder / shard)):
            features = tf.train.Example.FromString(record.numpy()).features
            feature = features.feature
            name = feature["id"].bytes_list.value[0].decode()
            ids = feature["token_ids"].int64_list.value
            found = {words[i] for i in ids}
            assert found == {f"word{name[1:]}"}


def test_nothing_skipped_is_said_too(raw, capsys):
    data = prepare_raw(raw, on_bad_record="skip")
    assert "bad records skipped: none" in capsys.readouterr().out
    assert not (data.folder / "skipped.txt").exists()


def test_bad_record_ends_a_preparation_by_default(raw):
    path = corrupt(raw, "train", 1)
    with pytest.raises(UserError, match="line 2: expected an id"):
        prepare_raw(raw)
    assert path.exists() and not (raw.parent / "out").exists()


def test_number_skipped_is_told_where_nothing_remains(raw):
    for line in range(3):
        corrupt(raw, "train", line)
    with pytest.raises(UserError, match=r"has a label; 3 were skipped\.$"):
        prepare_raw(raw, on_bad_record="skip")


def test_set_of_word_counts_counts_what_was_kept(tmp_path, capsys):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "train.txt").write_bytes(b"3 5 2\n0 1:1\n0 9:1\n1 2:2\n")
    (raw / "test.txt").write_bytes(b"1 5 2\n1 1:1\n")
    data = prepare_raw(
        raw, format="xmc_sparse", valid_fraction=0.0, on_bad_record="skip"
    )
    assert data.info.splits["train"].num_documents == 2
    assert [name for name, _ in data.true_labels("train")] == ["0", "2"]
    (line,) = (data.folder / "skipped.txt").read_text().splitlines()
    assert line.startswith(f"train\t{raw}/train.txt, line 3\t")
    assert "bad records skipped: 1," in capsys.readouterr().out
