import subprocess

import pytest

from axml_tf.formats.predictions import TopK
from benchmarks.programs import program
from benchmarks.server import Server


def run_command(name, **flags):
    return subprocess.run(
        [
            program(name),
            *(f"--{flag}={value}" for flag, value in flags.items()),
        ],
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def predictions(trained_run, generated, tmp_path_factory):
    path = tmp_path_factory.mktemp("predictions") / "test.npz"
    done = run_command(
        "predict",
        model_dir=trained_run.model_dir,
        data_dir=generated.data.folder,
        top_k=7,
        output=path,
    )
    assert done.returncode == 0, done.stderr
    return path


def test_server_answers_as_was_predicted_until_predictions_differ(
    saved_model, generated, predictions, tmp_path
):
    other = TopK.load(predictions)
    other.scores[3] *= 0.9
    other.save(tmp_path / "other.npz")
    with Server(f"--model_base_path={saved_model.parent}") as server:
        same, differing = (
            run_command(
                "check-parity",
                grpc=server.grpc,
                data_dir=generated.data.folder,
                predictions=path,
            )
            for path in (predictions, tmp_path / "other.npz")
        )
    assert same.returncode == 0, same.stderr
    assert same.stdout.startswith("200 documents are answered as predicted; ")
    assert differing.returncode == 1
    assert differing.stderr.splitlines()[-1].startswith(
        f"error: Document {other.document_ids[3]} is answered otherwise than"
    )


def test_server_that_is_not_there_is_one_line(generated, predictions):
    done = run_command(
        "check-parity",
        grpc="localhost:1",
        data_dir=generated.data.folder,
        predictions=predictions,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: localhost:1: ")
    assert "Traceback" not in done.stderr
