"""What is not prepared, and what is then said and left."""

import subprocess

import pytest
from raw_documents import run

from axml_tf.console.errors import UserError
from axml_tf.data_prep.prepare import prepare
from axml_tf.data_prep.prepare_config import PrepareConfig
from benchmarks.programs import program


def test_a_failed_run_leaves_no_folder_and_the_old_one_whole(raw):
    output, _ = run(raw)
    before = {path.name: path.read_bytes() for path in output.iterdir()}
    (raw / "test_labels.txt").write_text("one line\n")
    with pytest.raises(UserError, match="as many lines"):
        run(raw, overwrite=True)
    assert before == {p.name: p.read_bytes() for p in output.iterdir()}
    fresh = raw.parent / "fresh"
    with pytest.raises(UserError, match="as many lines"):
        prepare(PrepareConfig(raw, fresh))
    assert {path.name for path in raw.parent.iterdir()} == {"raw", "out"}


def test_an_output_that_exists_is_not_replaced_unasked(raw):
    run(raw)
    with pytest.raises(UserError, match="--overwrite"):
        run(raw)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "csv"}, "no training documents: expected train.csv"),
        ({"embeddings": "nowhere.txt"}, "No file of word vectors"),
    ],
)
def test_missing_files_are_named(raw, options, message):
    with pytest.raises(UserError, match=message):
        run(raw, **options)
    assert not (raw.parent / "out").exists()


def test_a_dev_split_without_documents_is_an_error(raw):
    for path in raw.glob("dev_*"):
        path.unlink()
    with pytest.raises(UserError, match="No document is left for dev"):
        run(raw, valid_fraction=1e-9)


def test_training_documents_without_any_label_are_an_error(raw):
    (raw / "train_labels.txt").write_text("\n\n\n")
    with pytest.raises(UserError, match="No training document"):
        run(raw)


@pytest.mark.parametrize(
    "options",
    [
        {"format": "xml"},
        {"compression": "zip"},
        {"max_vocab_size": 2},
        {"min_count": 0},
        {"max_length": 0},
        {"num_shards": 0},
        {"valid_fraction": 1.0},
        {"label_separator": ""},
    ],
)
def test_values_out_of_range_name_the_flag(options):
    (name,) = options
    with pytest.raises(UserError, match=f"--{name} must"):
        PrepareConfig("in", "out", **options)


def test_the_command_tells_a_missing_folder_in_one_line(tmp_path):
    result = subprocess.run(
        [
            program("prepare"),
            f"--input_dir={tmp_path}/none",
            f"--output_dir={tmp_path}/out",
        ],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    last = result.stderr.splitlines()[-1]
    assert last == f"error: There is no input folder {tmp_path}/none."
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "out").exists()
