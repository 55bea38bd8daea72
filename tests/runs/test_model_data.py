import os
import shutil

import pytest
from helpers import random_records, write_dataset

from axml_tf.console.errors import UserError
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.runs.model_data import keep_model_data, load_model_data


@pytest.fixture
def data(tmp_path):
    return write_dataset(
        tmp_path / "data", {"train": [random_records(9)]}, num_unseen_labels=2
    )


def test_three_files_are_kept_as_they_are(data, tmp_path):
    keep_model_data(tmp_path / "model", data)
    assert os.listdir(tmp_path / "model") == ["data"]
    kept = tmp_path / "model" / "data"
    names = ["dataset.json", "labels.txt", "vocab.txt"]
    assert sorted(os.listdir(kept)) == names
    for name in names:
        assert (kept / name).read_bytes() == (data.folder / name).read_bytes()


def test_what_is_kept_knows_words_and_labels(data, tmp_path):
    keep_model_data(tmp_path / "model", data)
    names, identity = data.all_label_names, data.identity()
    shutil.rmtree(data.folder)
    kept = load_model_data(tmp_path / "model")
    assert kept.folder == tmp_path / "model" / "data"
    assert kept.info == data.info
    assert kept.all_label_names == names
    assert kept.identity() == identity


def test_folder_of_an_earlier_version_has_none(tmp_path):
    assert load_model_data(tmp_path) is None
    assert load_model_data(tmp_path / "missing") is None


def test_what_is_kept_already_stays(data, tmp_path):
    keep_model_data(tmp_path / "model", data)
    kept = tmp_path / "model" / "data"
    before = {path.name: path.stat().st_mtime_ns for path in kept.iterdir()}
    keep_model_data(tmp_path / "model", PreparedData(data.folder))
    after = {path.name: path.stat().st_mtime_ns for path in kept.iterdir()}
    assert after == before


def test_folder_that_holds_other_data_is_refused(data, tmp_path):
    # Who prepares into MODEL/data may then train on something else.
    folder = tmp_path / "model" / "data"
    folder.parent.mkdir()
    write_dataset(folder, {"train": [[]]}, fingerprint="beef")
    with pytest.raises(UserError) as error:
        keep_model_data(tmp_path / "model", data)
    assert str(error.value) == (
        f"{folder} is where a model keeps vocabulary and labels, and "
        "holds other data. Name another --model_dir."
    )
    assert load_model_data(tmp_path / "model").info.fingerprint == "beef"


def test_data_may_be_prepared_where_the_model_keeps_them(tmp_path):
    shards = [random_records(9)]
    data = write_dataset(tmp_path / "data", {"train": shards})
    keep_model_data(tmp_path, data)
    assert load_model_data(tmp_path).info == data.info
    assert (data.folder / "train-00000.tfrecord").is_file()


def test_damaged_description_is_refused(data, tmp_path):
    keep_model_data(tmp_path / "model", data)
    path = tmp_path / "model" / "data" / "dataset.json"
    path.write_text("{")
    with pytest.raises(UserError, match=f"{path} is damaged"):
        load_model_data(tmp_path / "model")


def test_nothing_is_kept_by_half(data, tmp_path):
    (data.folder / "labels.txt").unlink()
    (tmp_path / "model").mkdir()
    with pytest.raises(FileNotFoundError):
        keep_model_data(tmp_path / "model", data)
    assert os.listdir(tmp_path / "model") == []
