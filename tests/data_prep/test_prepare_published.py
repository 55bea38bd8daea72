"""Small sets in published formats, prepared from end to end."""

import json

import pytest

from axml_tf.data_prep.prepare import prepare
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.dataset.shards import read_split
from axml_tf.formats import schema

NUM_TRAIN = 60
# Document i of the training files has the words `wI` and `odd` or `even`,
# and one of these two as its label.
PARITIES = ["even", "odd"]


def write_rcv1(folder):
    documents = [
        f".I {100 + i}\n.W\nw{i}\n{PARITIES[i % 2]}\n\n"
        for i in range(NUM_TRAIN)
    ]
    (folder / "lyrl2004_tokens_train.dat").write_text("".join(documents))
    for part in range(4):
        (folder / f"lyrl2004_tokens_test_pt{part}.dat").write_text(
            f".I {900 + part}\n.W\n{PARITIES[part % 2]}\n\n"
        )
    ids = [*range(100, 100 + NUM_TRAIN), *range(900, 904)]
    (folder / "rcv1-v2.topics.qrels").write_text(
        "".join(f"{PARITIES[i % 2]} {i} 1\n" for i in ids)
    )


def write_eurlex(folder):
    header = "@relation r\n@attribute ID numeric\n@attribute t string\n@data\n"
    ids = [*range(NUM_TRAIN), 900, 901, 902, 903]
    rows = {
        "train": [f"{i},'w{i} {PARITIES[i % 2]}'\n" for i in ids[:NUM_TRAIN]],
        "test": [f"{i},'{PARITIES[i % 2]}'\n" for i in ids[NUM_TRAIN:]],
    }
    for split, lines in rows.items():
        path = folder / f"eurlex_tokenstring_CV1-10_{split}.arff"
        path.write_text(header + "".join(lines))
    # In another order than the documents.
    (folder / "id2class_eurlex_eurovoc.qrels").write_text(
        "".join(f"{PARITIES[i % 2]} {i} 1\n" for i in reversed(ids))
    )


def write_xmc_text(folder):
    def line(uid, title, parity):
        record = {
            **{"uid": uid, "title": title, "content": PARITIES[parity]},
            "target_ind": [parity],
        }
        return json.dumps(record) + "\n"

    (folder / "Y.txt").write_text("even\nodd\n")
    (folder / "trn.json").write_text(
        "".join(line(f"u{i}", f"w{i}", i % 2) for i in range(NUM_TRAIN))
    )
    (folder / "tst.json").write_text(
        "".join(line(f"t{i}", "", i % 2) for i in range(4))
    )


WRITERS = {
    "rcv1": write_rcv1,
    "eurlex": write_eurlex,
    "xmc_text": write_xmc_text,
}


@pytest.mark.parametrize("form", WRITERS)
def test_a_published_set_is_prepared_with_a_dev_split(tmp_path, form):
    raw, output = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    WRITERS[form](raw)
    data = prepare(
        PrepareConfig(raw, output, format=form, valid_fraction=0.2, min_count=2)
    )
    assert list(data.info.splits) == ["train", "dev", "test"]
    truth = {split: dict(data.true_labels(split)) for split in data.info.splits}
    assert len(truth["train"]) + len(truth["dev"]) == NUM_TRAIN
    assert 4 <= len(truth["dev"]) <= 25
    assert not truth["train"].keys() & truth["dev"].keys()
    names = data.all_label_names
    assert sorted(names) == PARITIES
    assert sum(data.label_counts) == len(truth["train"])
    assert set(PARITIES) <= set(data.vocabulary_path.read_text().split())
    assert len(truth["test"]) == 4
    for split in data.info.splits:
        for record in records(data, split):
            (label,) = record["label_ids"].numpy()
            words = record["text"].numpy().decode().split()
            assert words[-1] == names[label]


def test_lshtc_terms_are_the_words(tmp_path):
    raw, output = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    (raw / "train.csv").write_text("Data\n5, 7 12:2 3456:1\n7 12:1 99:3\n")
    data = prepare(
        PrepareConfig(raw, output, format="lshtc", valid_fraction=0.0)
    )
    assert data.vocabulary_path.read_text().split()[2:] == ["12", "99"]
    assert data.info.split("train").num_words == 7
    assert data.all_label_names == ["7", "5"]
    assert data.label_counts == [2, 1]
    first, second = records(data, "train")
    assert {len(first["token_ids"]), len(second["token_ids"])} == {3, 4}


def records(data, split):
    return read_split(data, split).map(
        lambda record: schema.parse(record, with_text=True)
    )
