"""Names that come out of files and texts lead to no other place."""

import dataclasses
import json
from pathlib import Path

import pytest
from helpers import random_records, write_dataset

from axml_tf.console.errors import UserError
from axml_tf.data_prep.prepare import prepare
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.prediction.saved_model import newest_version, versions

OUTSIDE = [
    *("../x", "..", ".", "", "/etc/passwd", "a/b", "a\\b", "../../../tmp/x"),
    *("a\0b", "..\\x", 7, None, ["a"]),
]
HOSTILE = [
    *("../../escaped", "/tmp/escaped", "..", "a/b", "a\\b", "C:\\x", "-rf"),
    *("%2e%2e%2f", "\u202ereversed", "x" * 300, "$(touch escaped)", "`x`"),
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_shards_are_files_of_the_folder_itself(tmp_path, name):
    info = write_dataset(tmp_path, {"train": [random_records(2)]}).info
    fields = dataclasses.asdict(info)
    fields["splits"]["train"]["shards"] = [name]
    (tmp_path / "dataset.json").write_text(json.dumps(fields))
    with pytest.raises(UserError, match="`shards` must be names of files in"):
        DatasetInfo.load(tmp_path)


@pytest.mark.parametrize(
    "name", ["../train", "", ".", "a/b", "a b", "ä", "<b>"]
)
def test_names_of_splits_are_words(tmp_path, name):
    info = write_dataset(tmp_path, {"train": [random_records(2)]}).info
    fields = dataclasses.asdict(info)
    fields["splits"][name] = fields["splits"].pop("train")
    (tmp_path / "dataset.json").write_text(json.dumps(fields))
    with pytest.raises(UserError, match="`splits` must be named by letters"):
        DatasetInfo.load(tmp_path)


def files_below(folder):
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_document_ids_and_labels_make_no_files(tmp_path, monkeypatch):
    inner = tmp_path / "a" / "b"
    raw = inner / "raw"
    raw.mkdir(parents=True)
    monkeypatch.chdir(raw)
    for split in ("train", "test"):
        lines = [
            {"id": name, "text": f"word {name}", "labels": [name]}
            for name in HOSTILE
        ]
        (raw / f"{split}.jsonl").write_text(
            "".join(json.dumps(line) + "\n" for line in lines)
        )
    before = files_below(tmp_path)
    prepare(PrepareConfig(raw, inner / "data", format="jsonl", num_shards=2))
    made = files_below(tmp_path) - before
    assert {str(Path(name).parent) for name in made} == {"a/b/data"}
    assert {Path(name).name.split("-")[0] for name in made} <= {
        *("train", "dev", "test", "train.labels.txt", "dev.labels.txt"),
        *("test.labels.txt", "vocab.txt", "labels.txt", "dataset.json"),
    }


@pytest.mark.parametrize(
    "name",
    ["9" * 20, "9" * 200, "-1", "+1", "1.0", "01", "\uff11", " 1", "1_0"],
)
def test_folders_of_other_names_are_no_versions(tmp_path, name):
    for folder in ("3", name):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "saved_model.pb").touch()
    assert versions(tmp_path) == [3]
    assert newest_version(tmp_path) == tmp_path / "3"


def test_a_version_may_be_a_link_which_its_owner_made(tmp_path):
    # TensorFlow Serving follows it as well.
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "saved_model.pb").touch()
    (tmp_path / "axml").mkdir()
    (tmp_path / "axml" / "1").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "axml" / "2").symlink_to(tmp_path / "nowhere")
    (tmp_path / "axml" / "3").symlink_to("3")  # A circle.
    assert newest_version(tmp_path / "axml") == tmp_path / "axml" / "1"
