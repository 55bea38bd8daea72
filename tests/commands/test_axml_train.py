"""axml-train, in a process of its own."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from helpers import random_records, write_dataset

import axml_tf
from axml_tf.runs.run_record import RunRecord
from benchmarks.programs import program

ROOT = Path(axml_tf.__file__).parents[1]
FIRST_STEP = re.compile(r"^First step \d+\.\d s after the start\.$", re.M)


def run_command(**flags):
    return subprocess.run(
        [
            program("train"),
            *(f"--{name}={value}" for name, value in flags.items()),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def write_data(folder, **fields):
    return write_dataset(
        folder,
        {
            split: [random_records(10, seed=seed, longest=16)]
            for seed, split in enumerate(("train", "dev"))
        },
        **fields,
    ).folder


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def trained(data_dir, tmp_path_factory):
    """What the command did, and the folder it filled; on two replicas.

    TensorFlow must not have started before the command asks for two devices.
    """
    folder = tmp_path_factory.mktemp("trained")
    flagfile = folder / "small.flags"
    flagfile.write_text("--embedding_dim=4\n--hidden_dim=3\n--fc_dims=4,3\n")
    done = run_command(
        data_dir=data_dir,
        model_dir=folder / "model",
        flagfile=flagfile,
        batch_size=10,
        max_epochs=2,
        num_replicas=2,
    )
    return done, folder / "model"


def assert_one_line(done, line):
    assert (done.returncode, done.stderr) == (1, f"error: {line}\n")


def test_training_tells_its_result_and_where_it_stands(trained):
    done, model_dir = trained
    assert done.returncode == 0, done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.startswith("Best dev nDCG@5: ")
    assert last.endswith(f". Model: {model_dir}")
    # Once, however many epochs there are.
    assert len(FIRST_STEP.findall(done.stdout)) == 1
    record = RunRecord.load(model_dir)
    model_config, training_config = record.model, record.training
    assert (model_config.vocab_size, model_config.num_labels) == (50, 6)
    assert model_config.fc_dims == (4, 3)
    assert training_config.num_replicas == 2
    assert training_config.learning_rate == 1e-3


def test_sigterm_ends_with_a_code_that_says_resumable(data_dir, tmp_path):
    command = [
        program("train"),
        *(f"--data_dir={data_dir}", f"--model_dir={tmp_path / 'model'}"),
        *("--embedding_dim=4", "--hidden_dim=3", "--fc_dims=4"),
        *("--max_epochs=100000", "--early_stopping_patience=0"),
    ]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stdout:
            if FIRST_STEP.match(line):
                break
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=60)
    assert process.returncode == os.EX_TEMPFAIL == 75
    last = told.splitlines()[-1]
    assert re.fullmatch(
        r"SIGTERM: ended after step \d+, which is saved in "
        rf"{tmp_path}/model/latest/ckpt-\d+\.npz\. The same command resumes "
        r"from there\.",
        last,
    )


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("--model=gnn", "attention_xml|xml_rnn|xml_cnn"),
        ("--encoder=cnn", "lstm"),
        ("--learning_rate=0", "--learning_rate must be above 0; received 0.0."),
    ],
)
def test_wrong_value_is_told_with_what_it_may_be(data_dir, flag, expected):
    done = subprocess.run(
        [program("train"), f"--data_dir={data_dir}", "--model_dir=m", flag],
        cwd=data_dir,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert not (data_dir / "m").exists()


def test_unknown_flag_is_named(data_dir, tmp_path):
    done = run_command(data_dir=data_dir, model_dir=tmp_path / "m", hiden_dim=3)
    assert done.returncode == 1
    assert "Unknown command line flag 'hiden_dim'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "m").exists()


def test_folder_without_data_is_one_line(tmp_path):
    missing = tmp_path / "missing"
    done = run_command(data_dir=missing, model_dir=tmp_path / "m")
    assert_one_line(
        done,
        f"{missing}/dataset.json is missing: {missing} is no prepared data "
        "set. Make one with axml-prepare.",
    )
    assert not (tmp_path / "m").exists()


def test_file_in_place_of_the_model_folder_is_one_line(data_dir, tmp_path):
    path = tmp_path / "file"
    path.write_text("in the way")
    done = run_command(data_dir=data_dir, model_dir=path)
    assert_one_line(done, f"[Errno 17] File exists: '{path}'")
    assert path.read_text() == "in the way"
