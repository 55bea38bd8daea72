"""What is not prepared, and what is then said and left."""

import pytest
from raw_documents import prepare_raw

from axml_tf.console.errors import UserError
from axml_tf.data_prep.prepare import prepare
from axml_tf.data_prep.prepare_config import PrepareConfig


def test_a_failed_run_leaves_no_folder_and_the_old_one_whole(raw):
    output = prepare_raw(raw).folder
    before = {path.name: path.read_bytes() for path in output.iterdir()}
    (raw / "test_labels.txt").write_text("one line\n")
    with pytest.raises(UserError, match="as many lines"):
        prepare_raw(raw, overwrite=True)
    assert before == {p.name: p.read_bytes() for p in output.iterdir()}
    fresh = raw.parent / "fresh"
    with pytest.raises(UserError, match="as many lines"):
        prepare(PrepareConfig(raw, fresh))
    assert {path.name for path in raw.parent.iterdir()} == {"raw", "out"}


def test_an_output_that_exists_is_not_replaced_unasked(raw):
    prepare_raw(raw)
    with pytest.raises(UserError, match="--overwrite"):
        prepare_raw(raw)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "csv"}, "no training documents: expected train.csv"),
        ({"embeddings": "nowhere.txt"}, "No file of word vectors"),
    ],
)
def test_missing_files_are_named(raw, options, message):
    with pytest.raises(UserError, match=message):
        prepare_raw(raw, **options)
    assert not (raw.parent / "out").exists()


def test_a_dev_split_without_documents_is_an_error(raw):
    for path in raw.glob("dev_*"):
        path.unlink()
    with pytest.raises(UserError, match="No document is left for dev"):
        prepare_raw(raw, valid_fraction=1e-9)


def test_training_documents_without_any_label_are_an_error(raw):
    (raw / "train_labels.txt").write_text("\n\n\n")
    with pytest.raises(UserError, match="No training document"):
        prepare_raw(raw)
