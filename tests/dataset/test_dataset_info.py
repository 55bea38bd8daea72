import dataclasses
import json

import pytest

from axml_tf.console.errors import UserError
from axml_tf.dataset import dataset_info
from axml_tf.dataset.dataset_info import DatasetInfo, SplitInfo


@pytest.fixture
def info():
    return DatasetInfo(
        vocab_size=10,
        num_distinct_words=20,
        num_labels=3,
        num_unseen_labels=1,
        max_length=5,
        embedding_dim=4,
        embedding_coverage=0.5,
        compression="GZIP",
        splits={
            "train": SplitInfo(
                9, 80, 12, 1, 0, 0, (3, 9), ("train-0", "train-1")
            ),
            "test": SplitInfo(2, 10, 3, 0, 1, 1, (), ("test-0",)),
        },
        fingerprint="f00d",
        format_version=dataset_info.FORMAT_VERSION,
        schema_version=1,
        tokenizer_version=1,
        versions={"tensorflow": "2.21.0"},
    )


def test_saved_info_comes_back_unchanged(info, tmp_path):
    info.save(tmp_path)
    assert DatasetInfo.load(tmp_path) == info


def test_data_set_without_embeddings_comes_back_unchanged(info, tmp_path):
    info = dataclasses.replace(
        info, embedding_dim=None, embedding_coverage=None
    )
    info.save(tmp_path)
    assert DatasetInfo.load(tmp_path) == info


def test_unknown_split_names_those_there_are(info):
    assert info.split("test").num_documents == 2
    with pytest.raises(UserError, match="no split 'dev'; it has train, test"):
        info.split("dev")


def test_folder_that_is_no_data_set_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=r"dataset\.json is missing.*axml-prep"):
        DatasetInfo.load(tmp_path)


def test_other_format_version_is_a_user_error(info, tmp_path):
    dataclasses.replace(info, format_version=99).save(tmp_path)
    with pytest.raises(UserError, match="format version 99"):
        DatasetInfo.load(tmp_path)


def changed(info, **changes):
    fields = dataclasses.asdict(info) | changes
    return json.dumps({k: v for k, v in fields.items() if v != "drop"})


@pytest.mark.parametrize(
    "text",
    [
        lambda info: "",
        lambda info: "[]",
        lambda info: changed(info)[:-20],
        lambda info: changed(info, vocab_size="drop"),
        lambda info: changed(info, surplus=1),
        lambda info: changed(info, splits=[]),
        lambda info: changed(info, splits={"test": {}}),
    ],
)
def test_damaged_file_is_a_user_error(info, tmp_path, text):
    tmp_path.joinpath("dataset.json").write_text(text(info))
    with pytest.raises(UserError, match="is damaged"):
        DatasetInfo.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("vocab_size", 10**15),
        ("vocab_size", -1),
        ("vocab_size", 10.0),
        ("vocab_size", "10"),
        ("vocab_size", True),
        ("vocab_size", None),
        ("vocab_size", [10]),
        ("num_distinct_words", -1),
        ("num_labels", 10**9),
        ("num_labels", None),
        ("num_distinct_words", None),
        ("num_unseen_labels", 10**9),
        ("max_length", 10**9),
        ("max_length", None),
        ("embedding_dim", 10**6),
        ("embedding_coverage", 1.5),
        ("embedding_coverage", float("nan")),
        ("embedding_coverage", "1"),
        ("compression", "ZLIB"),
        ("compression", ["GZIP"]),
        ("fingerprint", 7),
        ("schema_version", 1.5),
        ("tokenizer_version", "1"),
    ],
)
def test_absurd_value_is_refused_with_its_name(info, tmp_path, name, value):
    text = changed(info, **{name: value})
    tmp_path.joinpath("dataset.json").write_text(text)
    with pytest.raises(UserError, match=f"`{name}` must be .*Prepare the data"):
        DatasetInfo.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("num_documents", 10**15),
        ("num_documents", -1),
        ("num_documents", 9.0),
        ("num_words", "80"),
        ("num_labels", -12),
        ("num_truncated", None),
        ("num_without_labels", 2**64),
        ("num_unseen_labels", False),
        ("length_percentiles", [3, 10**9]),
        ("length_percentiles", ["3"]),
    ],
)
def test_absurd_value_of_a_split_is_refused_with_its_name(
    info, tmp_path, name, value
):
    split = dataclasses.asdict(info.splits["train"]) | {name: value}
    tmp_path.joinpath("dataset.json").write_text(
        changed(info, splits={"train": split})
    )
    with pytest.raises(UserError, match=f"`{name}` must be .*Prepare the data"):
        DatasetInfo.load(tmp_path)


@pytest.mark.parametrize("text", ["[" * 100_000, " " * 17 * 2**20, "\ud800"])
def test_what_is_no_description_is_a_user_error(tmp_path, text):
    tmp_path.joinpath("dataset.json").write_bytes(
        text.encode("utf-8", "surrogatepass")
    )
    with pytest.raises(UserError, match="is damaged"):
        DatasetInfo.load(tmp_path)
