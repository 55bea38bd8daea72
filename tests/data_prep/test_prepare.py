"""Raw files in, a prepared data set out."""

import collections
import json
import re

import numpy as np
import pytest
import tensorflow as tf
from raw_documents import DEV, TEST, TRAIN, prepare_raw

from axml_tf.data_prep.generated_corpus import write_generated_corpus
from axml_tf.data_prep.prepare import prepare
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.lines import write_lines
from axml_tf.data_prep.splits import open_reader
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.shards import read_split
from axml_tf.dataset.tokenizer import Tokenizer
from axml_tf.formats import schema


def records(data, split):
    """Every record of a split, shards one after another."""
    return [
        {
            name: value.numpy()
            for name, value in schema.parse(record, with_text=True).items()
        }
        for record in read_split(data, split)
    ]


def test_what_is_returned_is_the_folder_that_was_written(raw):
    data = prepare_raw(raw)
    assert data.folder == raw.parent / "out"
    assert data.info == PreparedData(raw.parent / "out").info


def test_documents_may_come_from_a_reader_that_is_given(raw, tmp_path):
    expected = prepare_raw(raw)
    reader = open_reader(PrepareConfig(raw, ""))
    config = PrepareConfig("no folder", tmp_path / "given")
    data = prepare(config, reader)
    assert data.info == expected.info
    assert data.identity() == expected.identity()


def test_vocabulary_is_by_count_and_rare_numbers_share_a_shape(raw):
    data = prepare_raw(raw, min_count=2)
    # 1998 and 1999 stand once each, so that their shape stands twice; 42 is
    # alone with its shape.
    assert data.vocabulary_path.read_text().split("\n") == [
        *("<pad>", "<unk>", "cats", "dogs", "0000", "and", ""),
    ]
    assert data.info.vocab_size == 6
    assert data.info.num_distinct_words == 6
    prepare_raw(raw, min_count=1, max_vocab_size=4, overwrite=True)
    assert data.vocabulary_path.read_text() == "<pad>\n<unk>\ncats\ndogs\n"


def test_records_hold_ids_texts_tokens_and_labels(raw):
    data = prepare_raw(raw)
    found = {record["id"]: record for record in records(data, "train")}
    assert found[b"t0"]["text"] == b"Cats and cats, 1998!"
    assert found[b"t0"]["token_ids"].tolist() == [2, 5, 2, 4]
    assert found[b"t2"]["token_ids"].tolist() == [3, 3, 1]
    assert found[b"t0"]["label_ids"].tolist() == [0, 2]
    (empty,) = (r for r in records(data, "test") if r["id"] == b"e1")
    assert empty["token_ids"].size == empty["label_ids"].size == 0


def test_unseen_labels_stand_last_and_are_counted(raw, capsys):
    data = prepare_raw(raw)
    info = data.info
    assert data.all_label_names == ["pet", "dog", "cat", "fish", "bird"]
    assert data.label_counts == [3, 2, 1, 0, 0]
    assert (info.num_labels, info.num_unseen_labels) == (3, 2)
    assert info.split("dev").num_unseen_labels == 1
    assert info.split("test").num_unseen_labels == 2
    assert dict(data.true_labels("test")) == {"e0": [2, 3, 4], "e1": []}
    printed = capsys.readouterr().out
    assert (
        "2 labels are not in training (2 of 3 label occurrences): they stay "
        "in evaluation as misses" in printed
    )


def test_statistics_are_those_of_table_1(raw, capsys):
    info = prepare_raw(raw, max_length=3).info
    header, _, row = capsys.readouterr().out.splitlines()[:3]
    cells = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (header, row)
    )
    assert dict(zip(*cells, strict=True)) == {
        "N_train": "3",
        "N_test": "2",
        "D": "6",
        "L": "3",
        "L-bar": "1.80",  # (6 + 3) / (3 + 2)
        "L-hat": "2.00",  # 6 / 3
        "W-bar train": "3.67",  # (4 + 4 + 3) / 3
        "W-bar test": "1.50",  # 3 / 2
    }
    assert info.split("train").num_truncated == 2
    assert info.split("test").num_without_labels == 1


def test_every_format_is_prepared_to_the_same_records(raw, tmp_path):
    expected = prepare_raw(raw)
    for form in ("jsonl", "csv"):
        folder = tmp_path / form
        folder.mkdir()
        for split, docs in (("train", TRAIN), ("dev", DEV), ("test", TEST)):
            _write(folder / f"{split}.{form}", docs, form)
        output = tmp_path / f"out-{form}"
        data = prepare(PrepareConfig(folder, output, format=form))
        assert data.info == expected.info
        for split in data.info.splits:
            assert _as_lists(records(data, split)) == _as_lists(
                records(expected, split)
            )


def _write(path, documents, form):
    with open(path, "w", encoding="utf-8") as file:
        if form == "csv":
            file.write("id,text,labels\n")
        for d in documents:
            fields = [d.id, d.text.decode(), " ".join(d.labels)]
            if form == "csv":
                file.write(",".join(f'"{field}"' for field in fields) + "\n")
            else:
                names = ("id", "text", "labels")
                record = dict(zip(names, fields, strict=True))
                file.write(json.dumps(record) + "\n")


def _as_lists(found):
    return [
        [
            record[name].tolist() if "_ids" in name else record[name]
            for name in sorted(record)
        ]
        for record in found
    ]


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_shards_take_documents_in_turn(raw, compression):
    data = prepare_raw(raw, num_shards=2, compression=compression)
    suffix = ".gz" if compression == "gzip" else ""
    assert data.info.split("train").shards == (
        f"train-00000-of-00002.tfrecord{suffix}",
        f"train-00001-of-00002.tfrecord{suffix}",
    )
    found = [record["id"] for record in records(data, "train")]
    assert found == [b"t0", b"t2", b"t1"]


def test_ids_of_awkward_texts_are_those_of_the_served_tokenizer(tmp_path):
    texts = [
        b"",
        b" \t\r",
        b"nul\x00in the\x00middle nul",
        b"\xff\xfe broken \xe4\xb8 broken \xc3",
        "emoji \U0001f600 fam\U0001f468\u200d\U0001f469 emoji".encode(),
        "שלום עולם مرحبا שלום 12 ١٢ İSTANBUL straße STRASSE".encode(),
        "a\u2028b\x85c\x0bd e\u0301 é".encode(),
        b"word " * 200_000,
        b"x" * 1_000_000,
    ]
    raw = tmp_path / "raw"
    raw.mkdir()
    documents = [Document(str(i), t, ("a",)) for i, t in enumerate(texts)]
    write_lines(raw, "train", documents)
    data = prepare_raw(raw, valid_fraction=0.0, min_count=1, max_length=100)
    tokenizer = Tokenizer(data.vocabulary_path, data.info.max_length)
    assert list(data.info.splits) == ["train"]
    found = {record["id"]: record for record in records(data, "train")}
    for document in documents:
        record = found[document.id.encode()]
        # One at a time, as a request would come.
        served = tokenizer(tf.constant([document.text])).token_ids[0].numpy()
        assert record["text"] == document.text
        assert record["token_ids"].tolist() == served.tolist()
        # Every word is in the vocabulary that was counted.
        assert schema.UNKNOWN_ID not in served
    assert len(found[b"2"]["token_ids"]) == 5
    assert len(found[b"7"]["token_ids"]) == 100
    assert data.info.split("train").num_truncated == 1
    lines = data.vocabulary_path.read_bytes().split(b"\n")[:-1]
    assert len(lines) == len(set(lines)) == data.info.vocab_size


def test_dev_documents_do_not_depend_on_the_order(tmp_path):
    documents = [
        Document(f"id{i}", b"some words", (f"label{i % 7}",))
        for i in range(400)
    ]
    chosen = []
    for name, docs, seed in (
        ("a", documents, 0),
        ("b", documents[::-1], 0),
        ("c", documents, 1),
    ):
        raw, output = tmp_path / name, tmp_path / f"out-{name}"
        raw.mkdir()
        write_lines(raw, "train", docs)
        data = prepare(
            PrepareConfig(raw, output, valid_fraction=0.1, seed=seed)
        )
        ids = {
            split: {i for i, _ in data.true_labels(split)}
            for split in ("train", "dev")
        }
        assert not ids["train"] & ids["dev"]
        assert len(ids["train"] | ids["dev"]) == 400
        assert 20 <= len(ids["dev"]) <= 60
        assert sum(data.label_counts) == len(ids["train"])
        chosen.append(ids["dev"])
    assert chosen[0] == chosen[1] != chosen[2]


def test_counts_are_those_of_a_plain_loop(tmp_path):
    write_generated_corpus(tmp_path / "raw", num_train=600, num_test=50, seed=3)
    data = prepare_raw(tmp_path / "raw", valid_fraction=0.2, min_count=3)
    kept = {document_id for document_id, _ in data.true_labels("train")}
    words, labels = collections.Counter(), collections.Counter()
    with (
        open(tmp_path / "raw" / "train_raw_texts.txt") as texts,
        open(tmp_path / "raw" / "train_labels.txt") as names,
        open(tmp_path / "raw" / "train_ids.txt") as ids,
    ):
        for text, name, document_id in zip(texts, names, ids, strict=True):
            if document_id.strip() in kept:
                words.update(re.findall(r"\w+", text))
                labels.update(name.split())
    ranked = sorted(words, key=lambda word: (-words[word], word))
    expected = [word for word in ranked if words[word] >= 3]
    assert data.vocabulary_path.read_text().split()[2:] == expected
    assert data.info.num_distinct_words == len(words)
    assert data.info.split("train").num_words == words.total()
    counts = zip(data.all_label_names, data.label_counts, strict=True)
    assert dict(counts) == labels


def test_vectors_are_written_beside_the_vocabulary(raw, tmp_path, capsys):
    (tmp_path / "v.txt").write_text("dogs 1 2\nand 3 4\ntwo 5 6\n")
    data = prepare_raw(raw, embeddings=tmp_path / "v.txt")
    info = data.info
    vectors = np.load(data.embeddings_path)
    assert vectors.shape == (info.vocab_size, info.embedding_dim) == (6, 2)
    np.testing.assert_array_equal(vectors[[0, 3, 5]], [[0, 0], [1, 2], [3, 4]])
    assert info.embedding_coverage == 0.5
    # cats 3, dogs 3, 0000 2, and 2.
    assert (
        "vectors: 50.0% of the vocabulary, 50.0% of its occurrences in "
        "training; 0.0% of 1 numbers" in capsys.readouterr().out
    )


def test_fingerprint_follows_what_a_checkpoint_must_fit(raw):
    first = prepare_raw(raw).info.fingerprint
    same = prepare_raw(raw, num_shards=2, overwrite=True).info.fingerprint
    longer = prepare_raw(raw, max_length=7, overwrite=True).info.fingerprint
    smaller = prepare_raw(raw, min_count=3, overwrite=True).info.fingerprint
    assert re.fullmatch("[0-9a-f]{16}", first)
    assert first == same
    assert len({first, longer, smaller}) == 3


def test_identity_says_in_what_two_preparations_differ(raw):
    def identities(**options):
        data = prepare_raw(raw, overwrite=True, **options)
        return data.identity(), data.training_identity()

    def names_of_differing(one, other):
        assert one.keys() == other.keys()
        return {name for name in one if one[name] != other[name]}

    model, training = identities()
    # Other shards fit the model; a training cannot resume with them.
    sharded = identities(num_shards=2)
    assert names_of_differing(model, sharded[0]) == set()
    assert names_of_differing(training, sharded[1]) == {"train_shards"}
    shorter, _ = identities(max_length=7)
    assert names_of_differing(model, shorter) == {"max_length", "fingerprint"}
    assert shorter["max_length"] == 7
    smaller, _ = identities(min_count=3)
    assert names_of_differing(model, smaller) == {"vocab.txt", "fingerprint"}
